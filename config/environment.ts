import { type Environment } from './process-environment.ts';

/** The only place that names environment variables. */
const SECRET_VARIABLES = {
  REDIS_URL: 'redisUrl',
  MONGO_URL: 'mongoUrl',
  API_TOKEN: 'apiToken',
  COORDINATOR_URL: 'coordinatorUrl',
  COORDINATOR_TOKEN: 'coordinatorToken',
  APPROVAL_SECRET: 'approvalSecret',
} as const;

const RUNTIME_VARIABLES = { LOG_LEVEL: 'logLevel', TRADING_MODE: 'tradingMode' } as const;
const ALL = { ...SECRET_VARIABLES, ...RUNTIME_VARIABLES };

/** Whether the program reads the variable, or refuses it as a misspelt setting. */
export const isOurs = (variable: string): boolean => /^CORP_/i.test(variable) || Object.hasOwn(ALL, variable);

function pick(environment: Environment, names: Readonly<Record<string, string>>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [variable, key] of Object.entries(names)) {
    const value = environment[variable];
    if (value !== undefined && value !== '') found[key] = value;
  }
  return found;
}

export function secretsFrom(environment: Environment): Record<string, unknown> {
  return pick(environment, SECRET_VARIABLES);
}

export function runtimeFrom(environment: Environment): Record<string, unknown> {
  return pick(environment, RUNTIME_VARIABLES);
}

/** Name of the variable behind a key of secrets or runtime, for error messages. */
export function variableOf(key: string): string {
  return Object.entries(ALL).find(([, value]) => value === key)?.[0] ?? key;
}

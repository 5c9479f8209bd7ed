import { parse } from 'yaml';
import { ConfigError } from './config-error.ts';
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

type Tree = Record<string, unknown>;

function pick(environment: Environment, names: Readonly<Record<string, string>>): Tree {
  const found: Tree = {};
  for (const [variable, key] of Object.entries(names)) {
    const value = environment[variable];
    if (value !== undefined && value !== '') found[key] = value;
  }
  return found;
}

export function secretsFrom(environment: Environment): Tree {
  return pick(environment, SECRET_VARIABLES);
}

export function runtimeFrom(environment: Environment): Tree {
  return pick(environment, RUNTIME_VARIABLES);
}

/** Name of the variable behind a key of secrets or runtime, for error messages. */
export function variableOf(key: string): string {
  const all = { ...SECRET_VARIABLES, ...RUNTIME_VARIABLES };
  return Object.entries(all).find(([, value]) => value === key)?.[0] ?? key;
}

const OVERRIDE = /^CORP_(AGENTS|DATABASE|EXCHANGE|RISK)__([A-Z0-9_]+)$/;
const plain = (name: string): string => name.replaceAll(/[^a-z0-9]/gi, '').toLowerCase();

function valueOf(variable: string, key: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    throw new ConfigError(`environment variable ${variable}`, key, 'is not valid YAML; put it in quotes');
  }
}

export interface Overridden {
  readonly tree: Tree;
  /** Variables that override a value, by key path. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Applies environment variables: `CORP_RISK__MAX_ASSET_EXPOSURE=0.03` sets maxAssetExposure of `risk.yaml`; `__`
 * separates levels. The value is parsed as YAML. A key that is not in the file is an error, so that a typo in a limit is
 * noticed.
 * @throws ConfigError `bad-config` with the name of the variable.
 */
export function applyOverrides(file: string, tree: Tree, environment: Environment): Overridden {
  const result = structuredClone(tree);
  const variables = new Map<string, string>();
  for (const [variable, text] of Object.entries(environment)) {
    const match = OVERRIDE.exec(variable);
    if (!match || match[1]?.toLowerCase() !== file || text === undefined) continue;
    const path = (match[2] ?? '').split('__');
    let node: Tree = result;
    const keys: string[] = [];
    for (const [depth, part] of path.entries()) {
      const key = Object.keys(node).find((candidate) => plain(candidate) === plain(part));
      if (key === undefined)
        throw new ConfigError(
          `environment variable ${variable}`,
          path.slice(0, depth + 1).join('.'),
          `no such key in config/${file}.yaml; keys here: ${Object.keys(node).join(', ')}`,
        );
      keys.push(key);
      if (depth === path.length - 1) {
        node[key] = valueOf(variable, part, text);
        variables.set(keys.join('.'), variable);
        break;
      }
      const next = node[key];
      if (typeof next !== 'object' || next === null)
        throw new ConfigError(`environment variable ${variable}`, part, 'is a value, not a group of keys');
      node = next as Tree;
    }
  }
  return { tree: result, variables };
}

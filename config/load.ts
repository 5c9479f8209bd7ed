import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse, YAMLParseError } from 'yaml';
import { type z } from 'zod';
import { ConfigError } from './config-error.ts';
import { applyOverrides, runtimeFrom, secretsFrom, variableOf } from './environment.ts';
import { type Environment } from './process-environment.ts';
import {
  agentsSchema,
  databaseSchema,
  exchangeSchema,
  marketsSchema,
  riskSchema,
  runtimeSchema,
  secretsSchema,
  type Config,
} from './schema.ts';

function readYaml(path: string, place: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(place, '', 'cannot be read; restore it from the repository');
  }
  try {
    const tree: unknown = parse(text, { uniqueKeys: true });
    if (typeof tree !== 'object' || tree === null || Array.isArray(tree))
      throw new ConfigError(place, '', 'must be a group of keys');
    return tree as Record<string, unknown>;
  } catch (error) {
    if (error instanceof YAMLParseError)
      throw new ConfigError(
        place,
        `line ${error.linePos?.[0].line ?? '?'}`,
        error.message.split('\n')[0] ?? 'is not valid YAML',
      );
    throw error;
  }
}

/** Keys of earlier versions, by place. */
const MOVED: Readonly<Record<string, string>> = {
  'config/exchange.yaml replay': 'has moved to config/markets.yaml; remove it here',
};

function check<S extends z.ZodType>(schema: S, tree: unknown, place: (key: string) => string): z.output<S> {
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0]].join('.');
    throw new ConfigError(place(key), key, MOVED[`${place(key)} ${key}`] ?? 'unknown key');
  }
  const key = issue?.path.join('.') ?? '';
  throw new ConfigError(place(key), key, issue?.message ?? 'is not valid');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

export interface ConfigSource {
  /** Folder with agents.yaml, database.yaml, exchange.yaml, markets.yaml, risk.yaml. */
  readonly directory: string;
  /** Read if it exists; the environment wins over it. */
  readonly envFile?: string;
  readonly environment: Environment;
}

/** Loads and validates the configuration; the result is deeply frozen. @throws ConfigError with file and key. */
export function loadConfig(source: ConfigSource): Config {
  const fromFile =
    source.envFile !== undefined && existsSync(source.envFile) ? parseEnv(readFileSync(source.envFile, 'utf8')) : {};
  const environment: Environment = { ...fromFile, ...source.environment };
  const file = <S extends z.ZodType>(
    name: 'agents' | 'database' | 'exchange' | 'markets' | 'risk',
    schema: S,
  ): z.output<S> => {
    const place = `config/${name}.yaml`;
    const tree = readYaml(join(source.directory, `${name}.yaml`), place);
    const { tree: overridden, variables } = applyOverrides(name, tree, environment);
    // For an overridden value, name the variable: the file is not wrong.
    const placeOf = (key: string): string => {
      const variable = variables.get(key);
      return variable === undefined ? place : `environment variable ${variable} (${place})`;
    };
    return check(schema, overridden, placeOf);
  };
  const variable = (key: string): string => `environment variable ${variableOf(key)}`;
  return deepFreeze({
    agents: file('agents', agentsSchema),
    database: file('database', databaseSchema),
    exchange: { ...file('exchange', exchangeSchema), ...file('markets', marketsSchema) },
    risk: file('risk', riskSchema),
    secrets: check(secretsSchema, secretsFrom(environment), variable),
    runtime: check(runtimeSchema, runtimeFrom(environment), variable),
  });
}

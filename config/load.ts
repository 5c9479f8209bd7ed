import { join, resolve } from 'node:path';
import { type z } from 'zod';
import { ConfigError } from './config-error.ts';
import { runtimeFrom, secretsFrom, variableOf } from './environment.ts';
import { applyOverrides, OVERRIDDEN_FILES, type OverriddenFile, type Tree } from './overrides.ts';
import { parseYaml } from './parse-yaml.ts';
import { type Environment } from './process-environment.ts';
import { readEnvFile } from './read-env-file.ts';
import { readConfigFile } from './read-file.ts';
import { requireDirectory } from './require-directory.ts';
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

function readYaml(path: string, place: string): Tree {
  const tree = parseYaml(readConfigFile(path, place, 'restore it from the repository'), place);
  if (typeof tree === 'object' && tree !== null && !Array.isArray(tree)) return tree as Tree;
  throw new ConfigError(place, '', 'must be a group of keys');
}

/** Keys of earlier versions, by place. */
const MOVED: Readonly<Record<string, string>> = {
  'config/exchange.yaml replay': 'has moved to config/markets.yaml; remove it here',
};

/** @param place where a key comes from; of a contradiction, `other` is the second key */
function check<S extends z.ZodType>(
  schema: S,
  tree: unknown,
  place: (key: string, other?: string) => string,
): z.output<S> {
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0]].join('.');
    throw new ConfigError(place(key), key, MOVED[`${place(key)} ${key}`] ?? 'unknown key');
  }
  const key = issue?.path.join('.') ?? '';
  const other: unknown = issue?.code === 'custom' ? issue.params?.['other'] : undefined;
  const from = place(key, typeof other === 'string' ? other : undefined);
  if (issue?.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int'))
    throw new ConfigError(from, key, 'write a number in decimal digits, like 0.05 or 3000');
  throw new ConfigError(from, key, issue?.message ?? 'is not valid');
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
  /** Directory to which the directories of database.yaml are relative; without it they are neither resolved nor checked. */
  readonly base?: string;
}

/** Variables with a value: an empty one is not set, and hides none of `.env`. */
const set = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, text]) => text !== undefined && text !== ''));

/** Loads and validates the configuration; the result is deeply frozen. @throws ConfigError with file and key. */
export function loadConfig(source: ConfigSource): Config {
  const { envFile, base } = source;
  const own = set(source.environment);
  const environment = { ...set(envFile === undefined ? {} : readEnvFile(envFile)), ...own };
  const placeOfVariable = (variable: string): string =>
    envFile === undefined || own[variable] !== undefined
      ? `environment variable ${variable}`
      : `variable ${variable} of ${envFile}`;

  const fileOf = (name: string): string => `config/${name}.yaml`;
  const read = (name: string): Tree => readYaml(join(source.directory, `${name}.yaml`), fileOf(name));
  const files = Object.fromEntries(OVERRIDDEN_FILES.map((name) => [name, read(name)])) as Record<OverriddenFile, Tree>;
  const { trees, variableOf: overriding } = applyOverrides(files, environment, placeOfVariable);
  // For an overridden value, name the variable: the file is not wrong.
  const placeIn =
    (name: OverriddenFile) =>
    (key: string, other?: string): string => {
      const variable = overriding(name, key) ?? (other === undefined ? undefined : overriding(name, other));
      return variable === undefined ? fileOf(name) : `${placeOfVariable(variable)} (${fileOf(name)})`;
    };
  const file = <S extends z.ZodType>(name: OverriddenFile, schema: S): z.output<S> =>
    check(schema, trees[name], placeIn(name));

  const agents = file('agents', agentsSchema);
  const database = file('database', databaseSchema);
  const directory = (key: 'dataDirectory' | 'logDirectory', within: string | undefined): string => {
    if (within === undefined) return database[key];
    const path = resolve(within, database[key]);
    requireDirectory(path, placeIn('database')(key), key);
    return path;
  };
  const dataDirectory = directory('dataDirectory', base);
  // Two companies of one checkout have two data directories, and so their own logs.
  const logDirectory = directory('logDirectory', base && dataDirectory);
  const variable = (key: string): string => placeOfVariable(variableOf(key));
  return deepFreeze({
    agents,
    database: { ...database, dataDirectory, logDirectory },
    exchange: {
      ...file('exchange', exchangeSchema),
      ...check(marketsSchema, read('markets'), () => fileOf('markets')),
    },
    risk: file('risk', riskSchema),
    secrets: check(secretsSchema, secretsFrom(environment), variable),
    runtime: check(runtimeSchema, runtimeFrom(environment), variable),
  });
}

import { ConfigError } from './config-error.ts';
import { nearest } from './nearest.ts';
import { hasComment, parseYaml } from './parse-yaml.ts';
import { type Environment } from './process-environment.ts';

export type Tree = Record<string, unknown>;

/** Files whose keys the environment can override. */
export const OVERRIDDEN_FILES = ['agents', 'database', 'exchange', 'risk'] as const;
export type OverriddenFile = (typeof OVERRIDDEN_FILES)[number];
export type Trees = Readonly<Record<OverriddenFile, Tree>>;

const OURS = /^CORP_/i;
const OVERRIDE = /^CORP_(AGENTS|DATABASE|EXCHANGE|RISK)__([A-Z0-9_]+)$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;
const QUOTED = /^(["']).*\1$/s;

const plain = (name: string): string => name.replaceAll(/[^a-z0-9]/gi, '').toLowerCase();
const upper = (key: string): string => key.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|-/g, '_').toUpperCase();
const isGroup = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Variables of all keys below `tree`, groups included. */
function namesBelow(tree: Tree, prefix: string): readonly string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const name = `${prefix}__${upper(key)}`;
    return isGroup(value) ? [name, ...namesBelow(value, name)] : [name];
  });
}

function unknownVariable(place: string, variable: string, trees: Trees): ConfigError {
  if (/^CORP_MARKETS_/i.test(variable)) {
    return new ConfigError(place, '', 'is not a setting; no variable changes config/markets.yaml, edit the file');
  }
  const names = OVERRIDDEN_FILES.flatMap((file) => namesBelow(trees[file], `CORP_${upper(file)}`));
  const closest = nearest(upper(variable), names) ?? 'CORP_<FILE>__<KEY>';
  return new ConfigError(place, '', `is not a setting; the nearest is ${closest} (docs/configuration.md)`);
}

/** Names of the keys that the variable means; null when there is no such key. */
function keysOf(path: string, tree: Tree): readonly string[] | null {
  let node: unknown = tree;
  const keys: string[] = [];
  for (const part of path.split('__')) {
    if (!isGroup(node)) return null;
    const key = Object.keys(node).find((candidate) => plain(candidate) === plain(part));
    if (key === undefined) return null;
    keys.push(key);
    node = node[key];
  }
  return keys;
}

/** The value as YAML; text, which may be a path with `#` and `:`, as it stands. */
function valueOf(text: string, current: unknown, place: string, key: string): unknown {
  if (typeof current === 'string' && !QUOTED.test(text)) return text;
  if (typeof current === 'number') {
    if (DECIMAL.test(text)) return Number(text);
    throw new ConfigError(place, key, 'write a number in decimal digits, like 0.05 or 3000');
  }
  if (hasComment(text)) throw new ConfigError(place, key, 'what follows # is a comment; put the text in quotes');
  return parseYaml(text, place, key);
}

function assign(tree: Tree, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return;
  if (rest.length === 0) tree[key] = value;
  else assign(tree[key] as Tree, rest, value);
}

const valueAt = (tree: Tree, keys: readonly string[]): unknown =>
  keys.reduce<unknown>((node, key) => (node as Tree)[key], tree);

export interface Overridden {
  readonly trees: Trees;
  /** The variable that overrides a key or its group; undefined when none does. */
  readonly variableOf: (file: OverriddenFile, key: string) => string | undefined;
}

/**
 * Applies environment variables: `CORP_RISK__MAX_ASSET_EXPOSURE=0.03` sets maxAssetExposure of `risk.yaml`; `__`
 * separates levels. A `CORP_` variable that is not a setting is an error, so that a typo in a limit is noticed.
 * @param placeOf describes where a variable comes from
 * @throws ConfigError `bad-config`
 */
export function applyOverrides(
  files: Trees,
  environment: Environment,
  placeOf: (variable: string) => string,
): Overridden {
  const trees = structuredClone(files);
  const variables = new Map<string, string>();
  const covers = (a: string, b: string): boolean => a === b || b.startsWith(`${a}.`);
  for (const [variable, text] of Object.entries(environment)) {
    if (!OURS.test(variable) || text === undefined) continue;
    const place = placeOf(variable);
    const [, name = '', path = ''] = OVERRIDE.exec(variable) ?? [];
    const file = OVERRIDDEN_FILES.find((candidate) => candidate === name.toLowerCase());
    const keys = file === undefined ? null : keysOf(path, files[file]);
    if (file === undefined || keys === null) throw unknownVariable(place, variable, files);
    const placeInFile = `${place} (config/${file}.yaml)`;
    const full = [file, ...keys].join('.');
    const other = [...variables].find(([taken]) => covers(taken, full) || covers(full, taken));
    if (other) throw new ConfigError(placeInFile, keys.join('.'), `is also set by ${other[1]}; remove one of them`);
    variables.set(full, variable);
    assign(trees[file], keys, valueOf(text, valueAt(files[file], keys), placeInFile, keys.join('.')));
  }
  return {
    trees,
    variableOf: (file, key) => [...variables].find(([taken]) => covers(taken, `${file}.${key}`))?.[1],
  };
}

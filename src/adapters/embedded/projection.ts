import { type BsonDocument, isDocument } from './bson-value.ts';
import { pathOf } from './path.ts';
import { refuse } from './store-error.ts';

/** Fields to keep or to drop; `true` ends a path. */
interface Tree {
  [field: string]: Tree | true;
}

/** Inclusion or exclusion by (dotted) field, as find and findAndModify take it. Operators and computed fields are refused. */
export function compileProjection(specification: unknown): (document: BsonDocument) => BsonDocument {
  if (specification === undefined) return (document) => document;
  if (!isDocument(specification)) refuse('TypeMismatch', 'a projection must be a document');
  if (Object.keys(specification).length === 0) return (document) => document;
  const choices = new Map(flatten(specification));
  const withId = choices.get('_id') ?? true;
  choices.delete('_id');
  const including = [...choices.values()][0] ?? withId;
  const tree: Tree = withId === including ? { _id: true } : {};
  for (const [path, choice] of choices) {
    if (choice !== including) refuse('BadValue', `a projection cannot mix inclusion and exclusion ('${path}')`);
    plant(tree, path);
  }
  const prune = including ? keep : drop;
  return (document) => prune(document, tree) as BsonDocument;
}

function flatten(specification: BsonDocument, prefix = ''): [string, boolean][] {
  return Object.entries(specification).flatMap(([field, choice]): [string, boolean][] => {
    const path = prefix + field;
    if (isDocument(choice) && !field.startsWith('$')) return flatten(choice, `${path}.`);
    if ((typeof choice === 'number' || typeof choice === 'boolean') && !path.includes('$'))
      return [[path, Boolean(choice)]];
    return refuse('BadValue', `projection of '${path}': the embedded store only includes (1) or excludes (0) fields`);
  });
}

function plant(tree: Tree, path: string): void {
  const fields = pathOf(path);
  let node = tree;
  for (const [depth, field] of fields.entries()) {
    const next = node[field];
    if (next === true || (depth === fields.length - 1 && next !== undefined))
      refuse('BadValue', `path collision at '${path}'`);
    if (depth === fields.length - 1) node[field] = true;
    else node = (node[field] ??= {}) as Tree;
  }
}

/** Scalars have none of the wanted subfields: they disappear, inside arrays too. */
function keep(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value))
    return value.map((element) => keep(element, tree)).filter((element) => element !== undefined);
  if (!isDocument(value)) return undefined;
  const kept = Object.entries(value).flatMap(([field, item]) => {
    const branch = Object.hasOwn(tree, field) ? tree[field] : undefined;
    const result = branch === undefined ? undefined : branch === true ? item : keep(item, branch);
    return result === undefined ? [] : [[field, result] as const];
  });
  return Object.fromEntries(kept);
}

function drop(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((element) => drop(element, tree));
  if (!isDocument(value)) return value;
  const kept = Object.entries(value).flatMap(([field, item]) => {
    const branch = Object.hasOwn(tree, field) ? tree[field] : undefined;
    return branch === true ? [] : [[field, branch === undefined ? item : drop(item, branch)] as const];
  });
  return Object.fromEntries(kept);
}

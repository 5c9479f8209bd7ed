import { type BsonDocument, isDocument } from './bson-value.ts';
import { choicesOf } from './query.ts';
import { refuse } from './store-error.ts';

/** Maps the current value at a path to the new one; `undefined` means absent. */
type Operate = (current: unknown) => unknown;

const OPERATORS: Readonly<Record<string, (operand: unknown, path: string) => Operate>> = {
  $set: (operand) => () => operand,
  $setOnInsert: (operand) => () => operand,
  $unset: () => () => undefined,
  $inc:
    (operand, path) =>
    (current = 0) =>
      numberAt(path, current) + numberAt(path, operand),
};

/**
 * Validates an update once. The returned function computes the new document from the stored one or, for an upsert, from
 * the fields of the filter. @throws StoreError for an unsupported or conflicting update
 */
export function compileUpdate(update: unknown): (start: BsonDocument, inserting: boolean) => BsonDocument {
  if (!isDocument(update)) refuse('CommandNotSupported', 'the embedded store does not support updates by pipeline');
  const names = Object.keys(update);
  if (!names.some((name) => name.startsWith('$'))) {
    return ({ _id }) => (_id === undefined ? update : { _id, ...update });
  }
  const changes = names.flatMap((name) => changesOf(name, update[name]));
  refuseConflicts(changes.map(({ path }) => path));
  return (start, inserting) =>
    changeDocument(start, inserting ? changes : changes.filter(({ name }) => name !== '$setOnInsert'));
}

/** Fields that an upsert copies from the equality conditions of its filter into the inserted document. */
export function equalityFields(filter: BsonDocument): BsonDocument {
  return Object.entries(filter).reduce<BsonDocument>((document, [path, condition]) => {
    if (path.startsWith('$')) refuse('BadValue', `the embedded store does not support ${path} in an upsert's filter`);
    const choices = choicesOf(condition);
    return choices?.length === 1 ? changeDocument(document, [{ path, operate: () => choices[0] }]) : document;
  }, {});
}

function changesOf(name: string, fields: unknown): { name: string; path: string; operate: Operate }[] {
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) refuse('FailedToParse', `unknown or unsupported update operator: ${name}`);
  if (!isDocument(fields)) refuse('FailedToParse', `${name} needs a document of fields`);
  return Object.entries(fields).map(([path, operand]) => {
    if (!/^[^.$]+(\.[^.$]+)*$/.test(path) || path.split('.').includes('__proto__')) {
      refuse('BadValue', `'${path}' is not a field path (the embedded store does not support positional updates)`);
    }
    return { name, path, operate: operator(operand, path) };
  });
}

function refuseConflicts(paths: readonly string[]): void {
  // Fast path for the usual case: distinct fields at the top level.
  if (new Set(paths).size === paths.length && !paths.some((path) => path.includes('.'))) return;
  const sorted = paths.map((path) => `${path}.`).sort();
  const conflict = sorted.find((path, i) => i > 0 && path.startsWith(sorted[i - 1] as string));
  if (conflict !== undefined) refuse('ConflictingUpdateOperators', `'${conflict.slice(0, -1)}' is updated twice`);
}

/** A shallow copy with these changes, or the same document when nothing changes. */
function changeDocument(
  document: BsonDocument,
  changes: readonly { readonly path: string; readonly operate: Operate }[],
): BsonDocument {
  let changed: Record<string, unknown> | null = null;
  for (const { path, operate } of changes) {
    const [field = '', ...inner] = path.split('.');
    const now = changed ?? document;
    const current = Object.hasOwn(now, field) ? now[field] : undefined;
    const next = changeAt(current, inner, operate);
    if (next === current) continue;
    changed ??= { ...document };
    if (next === undefined) delete changed[field];
    else changed[field] = next;
  }
  return changed ?? document;
}

/** A copy of `container` with the value at the path replaced. Shares unchanged parts; creates missing containers. */
function changeAt(container: unknown, path: readonly string[], operate: Operate): unknown {
  const [field, ...inner] = path;
  if (field === undefined) return operate(container);
  if (container !== undefined && !isDocument(container)) {
    if (operate(undefined) === undefined) return container;
    refuse('PathNotViable', `'${path.join('.')}' cannot be updated in a value that is not a document`);
  }
  const current = container !== undefined && Object.hasOwn(container, field) ? container[field] : undefined;
  const next = changeAt(current, inner, operate);
  if (next === current) return container;
  if (next !== undefined) return { ...container, [field]: next };
  const { [field]: _, ...others } = container ?? {};
  return others;
}

function numberAt(path: string, value: unknown): number {
  return typeof value === 'number' ? value : refuse('TypeMismatch', `$inc: '${path}' and its operand must be numbers`);
}

import { type BsonDocument, compareValues, isDocument, keyOf } from './bson-value.ts';
import { changeAt, pathOf } from './path.ts';
import { compileFilter, equalities, isOperatorDocument } from './query.ts';
import { sortDocuments } from './sort.ts';
import { refuse } from './store-error.ts';

/** What an operator makes of the current value at its path; `undefined` means absent, before and after. */
type Operator = (current: unknown, operand: unknown, path: string) => unknown;

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: (_, operand) => operand,
  $setOnInsert: (_, operand) => operand,
  $unset: () => undefined,
  $inc: (current = 0, operand, path) => number('$inc', current, path) + number('$inc', operand, path),
  $mul: (current = 0, operand, path) => number('$mul', current, path) * number('$mul', operand, path),
  $min: (current, operand) => (current === undefined || compareValues(operand, current) < 0 ? operand : current),
  $max: (current, operand) => (current === undefined || compareValues(operand, current) > 0 ? operand : current),
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
  $pop: pop,
};

/** One statement's change, checked once and applied to any number of documents. */
export interface Update {
  readonly isReplacement: boolean;
  apply(document: BsonDocument): BsonDocument;
  /** The document an upsert inserts when nothing matched `filter`. */
  insert(filter: BsonDocument): BsonDocument;
}

export function compileUpdate(update: unknown): Update {
  if (!isDocument(update)) refuse('CommandNotSupported', 'the embedded store does not support updates by pipeline');
  const names = Object.keys(update);
  if (!names.some((name) => name.startsWith('$'))) return replacement(update);
  const changes = names.flatMap((name) => changesOf(name, update[name]));
  refuseConflicts(changes.map(({ path }) => path));
  const run = (document: BsonDocument, inserting: boolean) => {
    const applicable = inserting ? changes : changes.filter(({ name }) => name !== '$setOnInsert');
    return applicable.reduce<unknown>(
      (result, { operator, path, operand }) =>
        changeAt(result, pathOf(path), (value) => operator(value, operand, path)),
      document,
    ) as BsonDocument;
  };
  return {
    isReplacement: false,
    apply: (document) => sameId(document, run(document, false)),
    insert: (filter) => run(equalityFields(filter), true),
  };
}

function replacement(next: BsonDocument): Update {
  const withId = (id: unknown) => (id === undefined ? next : { _id: id, ...next });
  return {
    isReplacement: true,
    apply: (document) => sameId(document, withId(document['_id'])),
    insert: (filter) => withId(equalityFields(filter)['_id']),
  };
}

function changesOf(name: string, fields: unknown) {
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) refuse('FailedToParse', `unknown or unsupported update operator: ${name}`);
  if (!isDocument(fields)) refuse('FailedToParse', `${name} needs a document of fields`);
  return Object.entries(fields).map(([path, operand]) => {
    if (path.includes('$'))
      refuse('CommandNotSupported', `'${path}': positional updates are not supported by the embedded store`);
    return { name, operator, path, operand };
  });
}

function refuseConflicts(paths: readonly string[]): void {
  const sorted = paths.map((path) => `${path}.`).sort();
  const at = sorted.findIndex((path, i) => sorted[i + 1]?.startsWith(path));
  if (at >= 0)
    refuse('ConflictingUpdateOperators', `updating '${sorted[at + 1]?.slice(0, -1)}' would create a conflict`);
}

function sameId(before: BsonDocument, after: BsonDocument): BsonDocument {
  if (compareValues(before['_id'], after['_id']) === 0 && '_id' in after) return after;
  return refuse('ImmutableField', "the field '_id' cannot be changed");
}

function equalityFields(filter: BsonDocument): BsonDocument {
  let document: unknown = {};
  for (const [path, values] of equalities(filter)) {
    if (values.length === 1) document = changeAt(document, pathOf(path), () => values[0]);
  }
  return document as BsonDocument;
}

function number(operator: string, value: unknown, path: string): number {
  return typeof value === 'number'
    ? value
    : refuse('TypeMismatch', `${operator}: '${path}' and its operand must be numbers`);
}

function array(operator: string, current: unknown, path: string): unknown[] {
  const value = current === undefined ? [] : current;
  return Array.isArray(value) ? value : refuse('BadValue', `${operator}: the field '${path}' must be an array`);
}

/** `{ $each: [...] }` and its modifiers, or the one value itself. */
function modifiers(operator: string, operand: unknown, known: readonly string[]): BsonDocument & { $each: unknown[] } {
  if (!isDocument(operand) || !('$each' in operand)) return { $each: [operand] };
  const unknown = Object.keys(operand).find((name) => !known.includes(name));
  if (unknown !== undefined) refuse('BadValue', `${operator}: unrecognized modifier '${unknown}'`);
  const each = operand['$each'];
  return Array.isArray(each) ? { ...operand, $each: each } : refuse('BadValue', `${operator}: $each needs an array`);
}

function push(current: unknown, operand: unknown, path: string): unknown[] {
  const { $each, $position, $sort, $slice } = modifiers('$push', operand, ['$each', '$position', '$sort', '$slice']);
  let next = [...array('$push', current, path)];
  next.splice($position === undefined ? next.length : number('$position', $position, path), 0, ...$each);
  if (isDocument($sort)) next = sortDocuments(next, $sort, (element) => element);
  else if ($sort !== undefined) next = sortDocuments(next, { value: $sort }, (value) => ({ value }));
  if ($slice === undefined) return next;
  const keep = number('$slice', $slice, path);
  return keep < 0 ? next.slice(keep) : next.slice(0, keep);
}

function addToSet(current: unknown, operand: unknown, path: string): unknown[] {
  const existing = array('$addToSet', current, path);
  const seen = new Set(existing.map(keyOf));
  const added = modifiers('$addToSet', operand, ['$each']).$each.filter(
    (value) => seen.size < seen.add(keyOf(value)).size,
  );
  return current !== undefined && added.length === 0 ? existing : [...existing, ...added];
}

function pull(current: unknown, operand: unknown, path: string): unknown {
  if (current === undefined) return undefined;
  const matches = isOperatorDocument(operand)
    ? wrapped(compileFilter({ value: operand }))
    : isDocument(operand)
      ? compileFilter(operand)
      : (value: unknown) => compareValues(value, operand) === 0;
  return array('$pull', current, path).filter((element) => !matches(element));
}

function wrapped(test: (document: unknown) => boolean): (value: unknown) => boolean {
  return (value) => test({ value });
}

function pop(current: unknown, operand: unknown, path: string): unknown {
  if (operand !== 1 && operand !== -1) refuse('FailedToParse', '$pop expects 1 or -1');
  if (current === undefined) return undefined;
  return operand === 1 ? array('$pop', current, path).slice(0, -1) : array('$pop', current, path).slice(1);
}

import { type BsonDocument, compareValues, keyOf } from './bson-value.ts';
import { pathOf, valuesAt } from './path.ts';
import { compileFilter } from './query.ts';
import { refuse, StoreError } from './store-error.ts';

/** A stored document and the size of the log record that holds it. Documents are replaced, never written to. */
export interface Entry {
  document: BsonDocument;
  bytes: number;
}

/** As createIndexes takes it and listIndexes shows it. */
export interface IndexSpecification {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly partialFilterExpression?: BsonDocument;
}

export interface SecondaryIndex {
  readonly specification: IndexSpecification;
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** Refuses a document that cannot be indexed, or whose unique key is held by an entry other than `self`. */
  assertIndexable(document: BsonDocument, self: Entry | undefined): void;
  /** How many leading fields these equalities pin down; 0 when the index cannot answer the filter. */
  coverage(filter: BsonDocument, wanted: ReadonlyMap<string, readonly unknown[]>): number;
  lookUp(wanted: ReadonlyMap<string, readonly unknown[]>, into: Set<Entry>): void;
}

type Branch = Map<string, Branch | Set<Entry>>;

/** One map per field of the key, nested, so that every leading part of the key can be looked up. Lists are multikey. */
export function createSecondaryIndex(specification: IndexSpecification, namespace: string): SecondaryIndex {
  const { unique = false, sparse = false, partialFilterExpression } = specification;
  const fields = Object.keys(specification.key);
  const paths = fields.map(pathOf);
  const includes = partialFilterExpression === undefined ? () => true : compileFilter(partialFilterExpression);
  const root: Branch = new Map();

  /** The distinct keys of a document, each a list with one value's key per field. */
  function keysOf(document: BsonDocument): string[][] {
    const values = paths.map((path) => valuesAt(document, path));
    if ((sparse && values.every((found) => found.every((value) => value === undefined))) || !includes(document))
      return [];
    if (values.filter((found) => found.some(Array.isArray)).length > 1) {
      refuse('CannotIndexParallelArrays', `index '${specification.name}' cannot index parallel arrays`);
    }
    // A path that ends inside a list without documents finds nothing, which an index counts as missing.
    const keys = values.map((found) => [...new Set((found.length === 0 ? [undefined] : found).map(keyOf))]);
    return keys.reduce<string[][]>(
      (heads, tails) => heads.flatMap((head) => tails.map((tail) => [...head, tail])),
      [[]],
    );
  }

  function leafOf(key: readonly string[]): Set<Entry> | undefined {
    let node: Branch | Set<Entry> | undefined = root;
    for (const part of key) node = (node as Branch | undefined)?.get(part);
    return node as Set<Entry> | undefined;
  }

  return {
    specification,
    add(entry) {
      for (const key of keysOf(entry.document)) {
        let branch = root;
        for (const part of key.slice(0, -1)) branch = child(branch, part, () => new Map()) as Branch;
        (child(branch, key.at(-1) as string, () => new Set()) as Set<Entry>).add(entry);
      }
    },
    remove(entry) {
      for (const key of keysOf(entry.document)) prune(root, key, entry);
    },
    assertIndexable(document, self) {
      for (const key of keysOf(document)) {
        const holders = unique ? leafOf(key) : undefined;
        if (holders !== undefined && [...holders].some((entry) => entry !== self)) {
          throw duplicateKey(namespace, specification, document, key);
        }
      }
    },
    coverage(filter, wanted) {
      if (partialFilterExpression !== undefined && !implies(filter, partialFilterExpression)) return 0;
      const missing = fields.findIndex((field) => !wanted.has(field));
      const covered = missing < 0 ? fields.length : missing;
      // A sparse index knows nothing about documents without the field, which is what null asks for.
      const usable =
        !sparse ||
        fields.slice(0, covered).some((field) => wanted.get(field)?.every((value) => keyOf(value) !== keyOf(null)));
      return usable ? covered : 0;
    },
    lookUp(wanted, into) {
      const descend = (node: Branch | Set<Entry>, depth: number): void => {
        if (node instanceof Set) return node.forEach((entry) => into.add(entry));
        const values = wanted.get(fields[depth] as string);
        if (values === undefined) return node.forEach((next) => descend(next, depth + 1));
        for (const key of new Set(values.map(keyOf))) {
          const next = node.get(key);
          if (next !== undefined) descend(next, depth + 1);
        }
      };
      descend(root, 0);
    },
  };
}

export function duplicateKey(
  namespace: string,
  { name, key }: Pick<IndexSpecification, 'name' | 'key'>,
  document: BsonDocument,
  parts: readonly string[],
): StoreError {
  const keyValue = Object.fromEntries(
    Object.keys(key).map((field, i) => [
      field,
      valuesAt(document, pathOf(field)).find((value) => keyOf(value) === parts[i]) ?? null,
    ]),
  );
  const shown = `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: ${JSON.stringify(keyValue)}`;
  return new StoreError('DuplicateKey', shown, { keyPattern: key, keyValue });
}

function implies(filter: BsonDocument, condition: BsonDocument): boolean {
  return Object.entries(condition).every(
    ([field, wanted]) => Object.hasOwn(filter, field) && compareValues(filter[field], wanted) === 0,
  );
}

function child(branch: Branch, part: string, create: () => Branch | Set<Entry>): Branch | Set<Entry> {
  let next = branch.get(part);
  if (next === undefined) branch.set(part, (next = create()));
  return next;
}

/** Removes the entry and every branch that this leaves empty. */
function prune(node: Branch | Set<Entry> | undefined, key: readonly string[], entry: Entry): void {
  if (node === undefined) return;
  if (node instanceof Set) {
    node.delete(entry);
    return;
  }
  const [part, ...rest] = key as [string, ...string[]];
  const next = node.get(part);
  prune(next, rest, entry);
  if (next?.size === 0) node.delete(part);
}

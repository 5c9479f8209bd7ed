import { ObjectId } from 'bson';
import { assertStorable, type BsonDocument, scalarKey } from './bson-value.ts';
import { choicesOf, compileFilter } from './query.ts';
import { createSecondaryIndex, duplicateKey, type IndexSpecification, type SecondaryIndex } from './secondary-index.ts';
import { refuse } from './store-error.ts';

type DocumentChange =
  { readonly put: string; readonly document: BsonDocument } | { readonly remove: string; readonly id: unknown };

/** One record of the log. Replay is idempotent: a change may be replayed twice, or over a later state. */
export type Change =
  DocumentChange | { readonly index: string; readonly specification: IndexSpecification } | { readonly drop: string };

/** Appends a change to the log. Throws before any state has changed. */
export type Journal = (change: Change) => void;

export const ID_INDEX: IndexSpecification = { name: '_id_', key: { _id: 1 } };

export type Collection = ReturnType<typeof createCollection>;

/** Documents by `_id`, with secondary indexes. Stored documents are replaced, never mutated. */
export function createCollection(namespace: string, journal: Journal) {
  /** Key: `scalarKey` of `_id`. */
  const byKey = new Map<string, BsonDocument>();
  const indexes = new Map<string, SecondaryIndex>();

  function apply(change: DocumentChange): void {
    const next = 'put' in change ? change.document : undefined;
    const key = keyOf('remove' in change ? change.id : change.document['_id']);
    const before = byKey.get(key);
    for (const index of indexes.values()) index.follow(key, before, next);
    if (next === undefined) byKey.delete(key);
    else byKey.set(key, next);
  }

  function write(change: DocumentChange): void {
    journal(change);
    apply(change);
  }

  function put(document: BsonDocument, before?: BsonDocument): void {
    assertStorable(document);
    for (const index of indexes.values()) index.assertIndexable(document, before);
    write({ put: namespace, document });
  }

  function* documentsOf(keys: Iterable<string>): Generator<BsonDocument> {
    for (const key of keys) {
      const document = byKey.get(key);
      if (document !== undefined) yield document;
    }
  }

  /** Candidate documents, and the part of the filter that the index look-up did not already apply. */
  function plan(filter: BsonDocument): { readonly candidates: Iterable<BsonDocument>; readonly rest: BsonDocument } {
    const choices = new Map<string, string[]>();
    for (const [field, condition] of Object.entries(filter)) {
      const keys = choicesOf(condition)?.map((value) => scalarKey(value) as string);
      if (keys !== undefined) choices.set(field, [...new Set(keys)]);
    }
    const ids = choices.get('_id');
    if (ids !== undefined) {
      return { candidates: documentsOf(ids), rest: without(filter, ['_id']) };
    }
    const ranked = [...indexes.values()].map((index) => ({ index, covered: index.covered(choices) }));
    const [best] = ranked.sort((a, b) => b.covered.length - a.covered.length);
    if (best === undefined || best.covered.length === 0) return { candidates: byKey.values(), rest: filter };
    return { candidates: documentsOf(best.index.lookUp(choices, best.covered)), rest: without(filter, best.covered) };
  }

  /** `examined` is the number of candidates tested; tests use it to show that an index was used. */
  function find(filter: BsonDocument, limit = Infinity): { documents: BsonDocument[]; examined: number } {
    const { candidates, rest } = plan(filter);
    const matches = compileFilter(rest);
    const documents: BsonDocument[] = [];
    let examined = 0;
    for (const document of candidates) {
      if (documents.length >= limit) break;
      examined += 1;
      if (matches(document)) documents.push(document);
    }
    return { documents, examined };
  }

  /** Returns the stored document, including its `_id`. */
  function insert(given: BsonDocument): BsonDocument {
    const document: BsonDocument = { _id: new ObjectId(), ...given };
    const key = scalarKey(document['_id']);
    if (key === undefined || key === 'null') refuse('BadValue', "the '_id' must be a scalar, and not null");
    if (byKey.has(key)) throw duplicateKey(namespace, ID_INDEX, document);
    put(document);
    return document;
  }

  function replace(before: BsonDocument, after: BsonDocument): void {
    if (scalarKey(before['_id']) === scalarKey(after['_id'])) put(after, before);
    else refuse('ImmutableField', "the field '_id' cannot be changed");
  }

  function remove(document: BsonDocument): void {
    write({ remove: namespace, id: document['_id'] });
  }

  function createIndex(specification: IndexSpecification): void {
    const index = createSecondaryIndex(specification, namespace);
    for (const [key, document] of byKey) {
      index.assertIndexable(document);
      index.follow(key, undefined, document);
    }
    journal({ index: namespace, specification });
    indexes.set(specification.name, index);
  }

  return {
    namespace,
    size: () => byKey.size,
    indexes: () => [...indexes.values()].map(({ specification }) => specification),
    documents: () => byKey.values(),
    /** For replay: applies without validation and without writing to the log. */
    apply,
    ...{ find, insert, replace, remove, createIndex },
  };
}

/** The cast is safe: `insert` accepts only a scalar `_id`. */
const keyOf = (id: unknown): string => scalarKey(id) as string;

function without(filter: BsonDocument, fields: readonly string[]): BsonDocument {
  return Object.fromEntries(Object.entries(filter).filter(([field]) => !fields.includes(field)));
}

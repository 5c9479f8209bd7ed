import { ObjectId } from 'bson';
import { assertStorable, type BsonDocument, bsonType, keyOf } from './bson-value.ts';
import { compileFilter, equalities } from './query.ts';
import {
  createSecondaryIndex,
  duplicateKey,
  type Entry,
  type IndexSpecification,
  type SecondaryIndex,
} from './secondary-index.ts';
import { refuse } from './store-error.ts';

/** One line of the log: what a collection has become. Replaying a change twice, or over a later state, does no harm. */
export type Change =
  | { readonly put: string; readonly document: BsonDocument }
  | { readonly remove: string; readonly id: unknown }
  | { readonly create: string }
  | { readonly drop: string }
  | { readonly index: string; readonly specification: IndexSpecification }
  | { readonly dropIndex: string; readonly name: string };

/** Encodes a change and gives the step that puts it on the log; the encoding may refuse before anything has changed. */
export type Journal = (change: Change) => { readonly bytes: number; readonly append: () => void };

export interface Found {
  readonly entries: readonly Entry[];
  /** Documents that were looked at to find them: what an index is there to keep small. */
  readonly examined: number;
}

export interface Collection {
  readonly namespace: string;
  readonly size: number;
  readonly dataBytes: () => number;
  readonly indexes: readonly IndexSpecification[];
  /** In insertion order. */
  entries(): Iterable<Entry>;
  find(filter: BsonDocument, limit?: number): Found;
  insert(document: BsonDocument): Entry;
  replace(entry: Entry, document: BsonDocument): void;
  remove(entry: Entry): void;
  createIndex(specification: IndexSpecification): void;
  dropIndex(name: string): void;
  /** Replay: no uniqueness, no indexes, no journal; `buildIndexes` comes once after the last change. */
  readonly replay: {
    put(document: BsonDocument, bytes: number): void;
    remove(id: unknown): void;
    index(specification: IndexSpecification): void;
    dropIndex(name: string): void;
    buildIndexes(): void;
  };
}

export const ID_INDEX: IndexSpecification = { name: '_id_', key: { _id: 1 } };

export function createCollection(namespace: string, journal: Journal): Collection {
  const byId = new Map<string, Entry>();
  const indexes = new Map<string, SecondaryIndex>();

  function candidates(filter: BsonDocument): Iterable<Entry> {
    const wanted = equalities(filter);
    const ids = wanted.get('_id');
    if (ids !== undefined) return [...new Set(ids.map(keyOf))].flatMap((key) => byId.get(key) ?? []);
    const ranked = [...indexes.values()].map((index) => ({ index, covered: index.coverage(filter, wanted) }));
    const best = ranked.reduce<(typeof ranked)[number] | undefined>(
      (a, b) => (b.covered > (a?.covered ?? 0) ? b : a),
      undefined,
    );
    if (best === undefined) return byId.values();
    const found = new Set<Entry>();
    best.index.lookUp(wanted, found);
    return found;
  }

  function write(document: BsonDocument, self: Entry | undefined, apply: (bytes: number) => Entry): Entry {
    assertStorable(document);
    const { bytes, append } = journal({ put: namespace, document });
    for (const index of indexes.values()) index.assertIndexable(document, self);
    if (self !== undefined) for (const index of indexes.values()) index.remove(self);
    const entry = apply(bytes);
    for (const index of indexes.values()) index.add(entry);
    append();
    return entry;
  }

  function build(specification: IndexSpecification): SecondaryIndex {
    const index = createSecondaryIndex(specification, namespace);
    for (const entry of byId.values()) {
      index.assertIndexable(entry.document, entry);
      index.add(entry);
    }
    return index;
  }

  return {
    namespace,
    get size() {
      return byId.size;
    },
    get indexes() {
      return [ID_INDEX, ...[...indexes.values()].map(({ specification }) => specification)];
    },
    dataBytes() {
      let bytes = 0;
      for (const entry of byId.values()) bytes += entry.bytes;
      return bytes;
    },
    entries: () => byId.values(),

    find(filter, limit = Infinity) {
      const matches = compileFilter(filter);
      const entries: Entry[] = [];
      let examined = 0;
      for (const entry of candidates(filter)) {
        if (entries.length >= limit) break;
        examined += 1;
        if (matches(entry.document)) entries.push(entry);
      }
      return { entries, examined };
    },

    insert(given) {
      const document = { _id: new ObjectId() as unknown, ...given };
      const id = document._id;
      if (bsonType(id) === 'array' || id === undefined)
        refuse('BadValue', "the '_id' field cannot be an array or undefined");
      const key = keyOf(id);
      if (byId.has(key)) throw duplicateKey(namespace, ID_INDEX, document, [key]);
      return write(document, undefined, (bytes) => {
        const entry = { document, bytes };
        byId.set(key, entry);
        return entry;
      });
    },

    replace(entry, document) {
      write(document, entry, (bytes) => Object.assign(entry, { document, bytes }));
    },

    remove(entry) {
      const id = entry.document['_id'];
      const { append } = journal({ remove: namespace, id });
      for (const index of indexes.values()) index.remove(entry);
      byId.delete(keyOf(id));
      append();
    },

    createIndex(specification) {
      const { append } = journal({ index: namespace, specification });
      indexes.set(specification.name, build(specification));
      append();
    },

    dropIndex(name) {
      const { append } = journal({ dropIndex: namespace, name });
      indexes.delete(name);
      append();
    },

    replay: {
      put(document, bytes) {
        const key = keyOf(document['_id']);
        const entry = byId.get(key);
        if (entry === undefined) byId.set(key, { document, bytes });
        else Object.assign(entry, { document, bytes });
      },
      remove: (id) => void byId.delete(keyOf(id)),
      index: (specification) => void indexes.set(specification.name, createSecondaryIndex(specification, namespace)),
      dropIndex: (name) => void indexes.delete(name),
      buildIndexes() {
        for (const { specification } of indexes.values()) indexes.set(specification.name, build(specification));
      },
    },
  };
}

import { describe, expect, it } from 'vitest';
import { type BsonDocument } from '../../../src/adapters/embedded/bson-value.ts';
import { type Change, createCollection } from '../../../src/adapters/embedded/collection.ts';
import { type IndexSpecification } from '../../../src/adapters/embedded/secondary-index.ts';

function collectionOf(documents: readonly BsonDocument[], ...indexes: IndexSpecification[]) {
  const changes: Change[] = [];
  const collection = createCollection('db.things', (change) => ({ bytes: 1, append: () => void changes.push(change) }));
  indexes.forEach((index) => collection.createIndex(index));
  documents.forEach((document) => collection.insert(document));
  return { collection, changes };
}

const hundred = Array.from({ length: 100 }, (_, i) => ({
  _id: i,
  group: i % 10,
  kind: i % 2 === 0 ? 'even' : 'odd',
  tags: [`t${i}`, 'all'],
}));

describe('index look-ups', () => {
  const compound: IndexSpecification = { name: 'g_k', key: { group: 1, kind: 1 } };
  const tags: IndexSpecification = { name: 'tags', key: { tags: 1 } };
  const { collection } = collectionOf(hundred, compound, tags);

  it.each<[BsonDocument, number, number]>([
    [{ _id: 5 }, 1, 1],
    [{ _id: { $in: [5, 6, 500] } }, 2, 2],
    [{ group: 3 }, 10, 10],
    [{ group: { $in: [3, 4] }, kind: 'odd' }, 10, 10],
    [{ $and: [{ group: { $eq: 4 } }, { _id: { $gt: 50 } }] }, 5, 10],
    [{ tags: 't42' }, 1, 1],
    [{ group: 77 }, 0, 0],
    [{ kind: 'odd' }, 50, 100],
    [{ group: { $gt: 8 } }, 10, 100],
  ])('%j finds %i documents and examines %i', (filter, found, examined) => {
    const result = collection.find(filter);
    expect([result.entries.length, result.examined]).toEqual([found, examined]);
  });

  it('stops looking when it has enough', () => {
    expect(collection.find({ group: 3 }, 1).examined).toBe(1);
  });

  it('follows replaced and removed documents', () => {
    const { collection: own } = collectionOf(hundred, compound);
    own.replace(own.find({ _id: 3 }).entries[0]!, { _id: 3, group: 99, kind: 'moved' });
    own.remove(own.find({ _id: 13 }).entries[0]!);
    expect(own.find({ group: 3 }).entries.length).toBe(8);
    expect(own.find({ group: 99, kind: 'moved' })).toMatchObject({ examined: 1, entries: [{ document: { _id: 3 } }] });
  });

  it('does not use a sparse index for null nor a partial index for a filter outside it', () => {
    const { collection: own } = collectionOf(
      [
        { _id: 1, a: 1, on: true },
        { _id: 2, on: false },
        { _id: 3, a: 1, on: false },
      ],
      { name: 'sparse', key: { a: 1 }, sparse: true },
      { name: 'partial', key: { on: 1, a: 1 }, partialFilterExpression: { on: true } },
    );
    expect(own.find({ a: null }).entries.map(({ document }) => document['_id'])).toEqual([2]);
    expect(own.find({ a: 1 })).toMatchObject({ examined: 2 });
    expect(own.find({ on: true })).toMatchObject({ examined: 1 });
    expect(own.find({ on: false }).entries.length).toBe(2);
  });
});

describe('unique indexes', () => {
  const unique: IndexSpecification = { name: 'u', key: { a: 1, b: 1 }, unique: true };

  it('refuse a second holder and say which key, and leave everything as it was', () => {
    const { collection, changes } = collectionOf(
      [
        { _id: 1, a: 1, b: 'x' },
        { _id: 2, a: 1, b: 'y' },
      ],
      unique,
    );
    const before = changes.length;
    const duplicate = {
      code: 11000,
      codeName: 'DuplicateKey',
      details: { keyPattern: { a: 1, b: 1 }, keyValue: { a: 1, b: 'x' } },
    };
    expect(() => collection.insert({ _id: 3, a: 1, b: 'x' })).toThrow(expect.objectContaining(duplicate));
    expect(() => collection.replace(collection.find({ _id: 2 }).entries[0]!, { _id: 2, a: 1, b: 'x' })).toThrow(
      expect.objectContaining(duplicate),
    );
    expect(changes.length).toBe(before);
    expect(collection.find({ a: 1, b: 'y' }).entries.length).toBe(1);
    collection.replace(collection.find({ _id: 2 }).entries[0]!, { _id: 2, a: 1, b: 'y', more: true });
  });

  it('treat a missing field as null, unless sparse or outside the partial filter', () => {
    expect(() => collectionOf([{ _id: 1 }, { _id: 2 }], { ...unique, sparse: true })).not.toThrow();
    expect(() =>
      collectionOf([{ _id: 1 }, { _id: 2 }], { ...unique, partialFilterExpression: { a: { $exists: true } } }),
    ).not.toThrow();
    expect(() => collectionOf([{ _id: 1 }, { _id: 2 }], unique)).toThrow(/E11000/);
  });

  it('cannot be created over duplicates, and are then not there', () => {
    const { collection } = collectionOf([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ]);
    expect(() => collection.createIndex(unique)).toThrow(/E11000/);
    expect(collection.indexes.map(({ name }) => name)).toEqual(['_id_']);
  });

  it('leave a document with parallel lists out, whole', () => {
    const { collection } = collectionOf([{ _id: 1, a: [1], b: 1 }], { name: 'ab', key: { a: 1, b: 1 } });
    const entry = collection.find({ _id: 1 }).entries[0]!;
    expect(() => collection.replace(entry, { _id: 1, a: [1], b: [2] })).toThrow(/parallel/);
    expect(collection.find({ a: 1, b: 1 }).entries).toEqual([entry]);
  });
});

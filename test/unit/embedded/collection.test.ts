import { Binary } from 'bson';
import { describe, expect, it } from 'vitest';
import { type BsonDocument } from '../../../src/adapters/embedded/bson-value.ts';
import { type Change, createCollection } from '../../../src/adapters/embedded/collection.ts';
import { type IndexSpecification } from '../../../src/adapters/embedded/secondary-index.ts';

function collectionOf(documents: readonly BsonDocument[], ...indexes: IndexSpecification[]) {
  const changes: Change[] = [];
  const collection = createCollection('db.things', (change) => void changes.push(change));
  indexes.forEach((index) => collection.createIndex(index));
  documents.forEach((document) => collection.insert(document));
  return { collection, changes };
}

const hundred = Array.from({ length: 100 }, (_, i) => ({
  _id: i,
  group: i % 10,
  kind: i % 2 === 0 ? 'even' : 'odd',
  ...(i < 3 && { rare: null }),
  ...(i > 97 && { rare: i }),
}));
const compound: IndexSpecification = { name: 'g_k', key: { group: 1, kind: 1 } };
const rare: IndexSpecification = { name: 'rare', key: { rare: -1 } };

describe('index look-ups', () => {
  const { collection } = collectionOf(hundred, compound, rare);

  it.each<[BsonDocument, number, number]>([
    [{ _id: 5 }, 1, 1],
    [{ _id: { $in: [5, 6, 6, 500] } }, 2, 2],
    [{ _id: 5, group: 6 }, 0, 1],
    [{ _id: { $in: [5, 6], $ne: 5 } }, 1, 100],
    [{ group: 3 }, 10, 10],
    [{ group: { $eq: 3 } }, 10, 10],
    [{ group: { $in: [3, 4] }, kind: 'odd' }, 10, 10],
    [{ group: 4, _id: { $gt: 50 } }, 5, 10],
    [{ group: 4, kind: { $ne: 'odd' } }, 10, 10],
    [{ rare: 98 }, 1, 1],
    [{ rare: null }, 98, 98],
    [{ group: 77 }, 0, 0],
    [{ kind: 'odd' }, 50, 100],
    [{ group: { $gt: 8 } }, 10, 100],
    [{ $or: [{ group: 1 }, { group: 2 }] }, 20, 100],
  ])('%j finds %i documents and examines %i', (filter, found, examined) => {
    const result = collection.find(filter);
    expect([result.documents.length, result.examined]).toEqual([found, examined]);
  });

  it('stop at the limit', () => {
    expect(collection.find({ group: 3 }, 1).examined).toBe(1);
  });

  it('follow replaced and removed documents', () => {
    const { collection: own } = collectionOf(hundred, compound);
    own.replace(own.find({ _id: 3 }).documents[0]!, { _id: 3, group: 99, kind: 'moved' });
    own.remove(own.find({ _id: 13 }).documents[0]!);
    expect(own.find({ group: 3 }).documents.length).toBe(8);
    expect(own.find({ group: 99, kind: 'moved' })).toMatchObject({ examined: 1, documents: [{ _id: 3 }] });
  });
});

describe('unique indexes', () => {
  const unique: IndexSpecification = { name: 'u', key: { a: 1, b: 1 }, unique: true };

  it('refuse a duplicate, name the key, and change nothing', () => {
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
    expect(() => collection.replace(collection.find({ _id: 2 }).documents[0]!, { _id: 2, a: 1, b: 'x' })).toThrow(
      expect.objectContaining(duplicate),
    );
    expect(changes.length).toBe(before);
    expect(collection.find({ a: 1, b: 'y' }).documents.length).toBe(1);
    collection.replace(collection.find({ _id: 2 }).documents[0]!, { _id: 2, a: 1, b: 'y', more: true });
  });

  it('treat a missing field as null', () => {
    expect(() => collectionOf([{ _id: 1 }, { _id: 2, a: null }], unique)).toThrow(/E11000/);
  });

  it('cannot be created over duplicates, and then do not exist', () => {
    const { collection, changes } = collectionOf([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ]);
    expect(() => collection.createIndex(unique)).toThrow(/E11000/);
    expect(collection.indexes()).toEqual([]);
    expect(changes.length).toBe(2);
  });
});

describe('indexed fields', () => {
  it.each([[[1]], [{ x: 1 }], [new Binary(Buffer.from([1]))]])('refuse %j without any change', (value) => {
    const { collection, changes } = collectionOf([{ _id: 1, a: 1 }], { name: 'a', key: { a: 1 } });
    const entry = collection.find({ _id: 1 }).documents[0]!;
    expect(() => collection.replace(entry, { _id: 1, a: value })).toThrow("'a' is indexed");
    expect(() => collection.insert({ _id: 2, a: value })).toThrow("'a' is indexed");
    expect(collection.find({ a: 1 }).documents).toEqual([entry]);
    expect(changes.length).toBe(2);
  });

  it('cannot be created over such values', () => {
    const { collection } = collectionOf([{ _id: 1, a: [1] }]);
    expect(() => collection.createIndex({ name: 'a', key: { a: 1 } })).toThrow("'a' is indexed");
  });
});

describe('_id', () => {
  it.each([[null], [[1]], [{ a: 1 }], [new Binary(Buffer.from([1]))]])('cannot be %j', (id) => {
    expect(() => collectionOf([{ _id: id }])).toThrow('must be a scalar');
  });

  it('is generated for a document without one, and never changes', () => {
    const { collection } = collectionOf([{ a: 1 }]);
    const [document] = collection.find({}).documents;
    expect(() => collection.replace(document!, { _id: 2 })).toThrow("'_id' cannot be changed");
    expect(() => collection.replace(document!, { a: 2 })).toThrow("'_id' cannot be changed");
    expect(() => collection.insert({ _id: document!['_id'] })).toThrow(
      expect.objectContaining({
        code: 11000,
        details: { keyPattern: { _id: 1 }, keyValue: { _id: document!['_id'] } },
      }),
    );
  });
});

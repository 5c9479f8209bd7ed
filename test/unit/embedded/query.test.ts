import { Binary, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { aggregate, splitPipeline } from '../../../src/adapters/embedded/aggregation.ts';
import { type BsonDocument } from '../../../src/adapters/embedded/bson-value.ts';
import { compileProjection } from '../../../src/adapters/embedded/projection.ts';
import { compileFilter } from '../../../src/adapters/embedded/query.ts';
import { sortDocuments } from '../../../src/adapters/embedded/sort.ts';

const id = new ObjectId();
const document = {
  ...{
    n: 5,
    s: 'Text',
    none: null,
    at: new Date(1000),
    id,
    bin: new Binary(Buffer.from([0xff])),
    flag: true,
    nan: NaN,
  },
  ...{
    tags: ['a', 'b'],
    legs: [
      { side: 'buy', qty: 1 },
      { side: 'sell', qty: 3 },
    ],
    sub: { x: 1, y: 2 },
  },
};

describe('filters', () => {
  it.each<[BsonDocument, boolean]>([
    [{ n: 5, s: 'Text' }, true],
    [{ n: '5' }, false],
    [{ n: { $gt: 4, $lte: 5 } }, true],
    [{ n: { $gt: '4' } }, false],
    [{ nan: { $lt: 5 } }, false],
    [{ nan: NaN }, true],
    [{ at: { $gte: new Date(1000), $lt: new Date(1001) } }, true],
    [{ id: new ObjectId(id.toHexString()) }, true],
    [{ id: { $gt: id } }, false],
    [{ bin: new Binary(Buffer.from([0xff])) }, true],
    [{ bin: new Binary(Buffer.from([0xfe])) }, false],
    [{ bin: { $in: [new Binary(Buffer.from([0xfe]))] } }, false],
    [{ none: null }, true],
    [{ missing: null }, true],
    [{ missing: { $ne: 1 } }, true],
    [{ missing: { $exists: false }, none: { $exists: true } }, true],
    [{ 'legs.side': 'sell' }, true],
    [{ 'legs.1.qty': 3 }, true],
    [{ 'legs.nothing': { $exists: true } }, false],
    [{ legs: { $elemMatch: { side: 'buy', qty: { $gt: 1 } } } }, false],
    [{ tags: { $elemMatch: { $eq: 'b' } } }, true],
    [{ tags: ['a', 'b'] }, true],
    [{ tags: { $all: ['b', 'a'] } }, true],
    [{ tags: { $size: 2 } }, true],
    [{ tags: { $in: [/^B$/i, 'z'] } }, true],
    [{ tags: { $nin: ['a'] } }, false],
    [{ s: { $regex: '^text', $options: 'i' } }, true],
    [{ s: /ext$/ }, true],
    [{ s: { $not: /^T/ } }, false],
    [{ sub: { x: 1, y: 2 } }, true],
    [{ sub: { y: 2, x: 1 } }, false],
    [{ $or: [{ n: 1 }, { flag: true }], $nor: [{ n: 1 }] }, true],
    [{ $expr: { $gt: ['$sub.y', '$sub.x'] } }, true],
    [{ id: { $type: 'objectId' }, bin: { $type: 'binData' }, n: { $type: ['number', 'string'] } }, true],
    [{ n: { $mod: [2, 1] } }, true],
  ])('%j: %s', (filter, expected) => {
    expect(compileFilter(filter)(document)).toBe(expected);
  });

  it('asks a regular expression the same question twice', () => {
    const test = compileFilter({ s: /t/g });
    expect([test(document), test(document), test(document)]).toEqual([true, true, true]);
  });

  it.each<[BsonDocument]>([
    [{ $where: 'true' }],
    [{ n: { $typo: 1 } }],
    [{ $text: { $search: 'x' } }],
    [{ n: { $in: 5 } }],
    [{ $expr: { $function: {} } }],
    [{ 'a..b': 1 }],
  ])('refuses %j', (filter) => {
    expect(() => compileFilter(filter)(document)).toThrow();
  });
});

describe('projection', () => {
  it.each<[BsonDocument, BsonDocument]>([
    [{ a: 1 }, { _id: 1, a: { b: 1, c: 2 } }],
    [{ 'a.b': 1, _id: 0 }, { a: { b: 1 } }],
    [
      { a: { c: true }, missing: 1 },
      { _id: 1, a: { c: 2 } },
    ],
    [{ 'l.x': 1 }, { _id: 1, l: [{ x: 1 }, {}] }],
    [
      { 'a.b': 0, l: 0 },
      { _id: 1, a: { c: 2 } },
    ],
    [{ _id: 0, l: 0 }, { a: { b: 1, c: 2 } }],
    [{ _id: 1 }, { _id: 1 }],
    [{}, { _id: 1, a: { b: 1, c: 2 }, l: [{ x: 1 }, { y: 2 }, 3] }],
  ])('%j gives %j', (specification, expected) => {
    expect(compileProjection(specification)({ _id: 1, a: { b: 1, c: 2 }, l: [{ x: 1 }, { y: 2 }, 3] })).toEqual(
      expected,
    );
  });

  it.each<[BsonDocument]>([
    [{ a: 1, b: 0 }],
    [{ 'l.$': 1 }],
    [{ l: { $slice: 1 } }],
    [{ a: 1, 'a.b': 1 }],
    [{ a: '$b' }],
  ])('refuses %j', (specification) => {
    expect(() => compileProjection(specification)).toThrow();
  });
});

describe('sort', () => {
  it('orders types, puts missing first, takes the lowest or highest element of a list, and is stable', () => {
    const documents = [
      { k: 'b', i: 0 },
      { k: 2, i: 1 },
      { i: 2 },
      { k: [9, 1], i: 3 },
      { k: 'B', i: 4 },
      { k: 2, i: 5 },
    ];
    const order = (specification: BsonDocument) =>
      sortDocuments(documents, specification, (one) => one).map(({ i }) => i);
    expect(order({ k: 1 })).toEqual([2, 3, 1, 5, 4, 0]);
    expect(order({ k: -1 })).toEqual([0, 4, 3, 1, 5, 2]);
    expect(order({ k: 1, i: -1 })).toEqual([2, 3, 5, 1, 4, 0]);
    expect(() => order({ k: 'asc' })).toThrow(/sort/);
  });
});

describe('aggregation', () => {
  const trades = [
    { _id: 1, market: id, pnl: 2, legs: [{ q: 1 }, { q: 2 }] },
    { _id: 2, market: new ObjectId(id.toHexString()), pnl: -1, legs: [] },
    { _id: 3, market: null, pnl: 4, legs: [{ q: 5 }] },
  ];
  const run = (pipeline: BsonDocument[]) => aggregate(trades, pipeline);

  it('groups, sorts, unwinds, counts, projects', () => {
    expect(
      run([
        { $group: { _id: '$market', sum: { $sum: '$pnl' }, n: { $sum: 1 }, best: { $max: '$pnl' } } },
        { $sort: { sum: -1 } },
      ]),
    ).toEqual([
      { _id: null, sum: 4, n: 1, best: 4 },
      { _id: id, sum: 1, n: 2, best: 2 },
    ]);
    expect(run([{ $unwind: '$legs' }, { $match: { 'legs.q': { $gte: 2 } } }, { $count: 'n' }])).toEqual([{ n: 2 }]);
    expect(
      run([
        { $sort: { pnl: 1 } },
        { $skip: 1 },
        { $limit: 1 },
        { $project: { _id: 0, double: { $multiply: ['$pnl', 2] } } },
      ]),
    ).toEqual([{ double: 4 }]);
  });

  it('never writes into the documents it was given', () => {
    const before = structuredClone(trades.map(({ legs }) => legs));
    run([{ $unset: 'legs.q' }, { $set: { 'legs.z': 1 } }]);
    run([{ $project: { 'legs.q': 0 } }]);
    expect(trades.map(({ legs }) => legs)).toEqual(before);
  });

  it('refuses stages it does not have and gives the leading match to the collection', () => {
    for (const stage of [{ $out: 'x' }, { $merge: 'x' }, { $lookup: {} }, { $typo: 1 }])
      expect(() => run([stage])).toThrow();
    expect(splitPipeline([{ $match: { a: 1 } }, { $limit: 1 }])).toEqual({ filter: { a: 1 }, stages: [{ $limit: 1 }] });
  });
});

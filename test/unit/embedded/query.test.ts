import { Binary, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { type BsonDocument } from '../../../src/adapters/embedded/bson-value.ts';
import { compileFilter, runPipeline } from '../../../src/adapters/embedded/query.ts';

const id = new ObjectId();
const document = {
  ...{ n: 5, s: 'Text', none: null, at: new Date(1000), id, flag: true, tags: ['a', 'b'], sub: { x: 1, y: 2 } },
  legs: [
    { side: 'buy', qty: 1 },
    { side: 'sell', qty: 3 },
  ],
};

describe('filters', () => {
  it.each<[BsonDocument, boolean]>([
    [{ n: 5, s: 'Text' }, true],
    [{ n: '5' }, false],
    [{ n: { $gt: 4, $lte: 5 } }, true],
    [{ n: { $gt: '4' } }, false],
    [{ n: { $ne: 5 } }, false],
    [{ n: { $in: [4, 5] } }, true],
    [{ s: { $nin: ['Text'] } }, false],
    [{ s: { $gte: 'Tex', $lt: 'Texu' } }, true],
    [{ at: { $gte: new Date(1000), $lt: new Date(1001) } }, true],
    [{ at: { $in: [new Date(1000)] } }, true],
    [{ id: new ObjectId(id.toHexString()) }, true],
    [{ id: { $in: [new ObjectId(), new ObjectId(id.toHexString())] } }, true],
    [{ id: { $gt: id } }, false],
    [{ flag: true }, true],
    [{ none: null }, true],
    [{ missing: null }, true],
    [{ missing: { $in: [null] } }, true],
    [{ missing: { $ne: 1 } }, true],
    [{ missing: { $lt: 1 } }, false],
    [{ missing: { $exists: false }, none: { $exists: true } }, true],
    [{ 'sub.x': 1, 'sub.z': { $exists: false }, 'none.z': { $exists: false } }, true],
    [{ 'legs.side': 'sell' }, true],
    [{ 'legs.1.qty': 3 }, true],
    [{ tags: 'b' }, true],
    [{ tags: { $nin: ['a'] } }, false],
    [{ $or: [{ n: 1 }, { flag: true }], $nor: [{ n: 1 }], $and: [{ n: 5 }] }, true],
    [{ n: { $not: { $gt: 5 } } }, true],
  ])('%j: %s', (filter, expected) => {
    expect(compileFilter(filter)(document)).toBe(expected);
  });

  it.each<[BsonDocument, string]>([
    [{ $where: 'true' }, '$where'],
    [{ n: { $typo: 1 } }, '$typo'],
    [{ $text: { $search: 'x' } }, '$text'],
    [{ $expr: { $gt: ['$n', 1] } }, '$expr'],
    [{ s: /ext$/ }, '$regex'],
    [{ s: { $not: /^T/ } }, '$regex'],
    [{ s: { $regex: '^T' } }, '$regex'],
    [{ tags: { $all: ['a'] } }, '$all'],
    [{ tags: { $size: 2 } }, '$size'],
    [{ legs: { $elemMatch: { qty: 1 } } }, '$elemMatch'],
    [{ n: { $type: 'number' } }, '$type'],
    [{ n: { $in: 5 } }, "'n'"],
    [{ n: NaN }, "'n'"],
    [{ tags: ['a', 'b'] }, "'tags'"],
    [{ sub: { x: 1, y: 2 } }, "'sub'"],
    [{ $or: [{ n: 1 }, { bin: new Binary(Buffer.from([1])) }] }, "'bin'"],
    [{ s: { $in: ['x', /y/] } }, "'s'"],
  ])('refuses %j and names %s', (filter, named) => {
    expect(() => compileFilter(filter)).toThrow(named);
  });
});

describe('projection', () => {
  const stored = { _id: 1, a: { b: 1, c: 2 }, l: [{ x: 1 }, 3] };
  const project = ($project: BsonDocument) => runPipeline([stored], [{ $project }])[0];

  it.each<[BsonDocument, BsonDocument]>([
    [{ a: 1 }, { _id: 1, a: { b: 1, c: 2 } }],
    [{ l: true, missing: 1, _id: 0 }, { l: [{ x: 1 }, 3] }],
    [{ _id: 1 }, { _id: 1 }],
    [{ l: 0 }, { _id: 1, a: { b: 1, c: 2 } }],
    [{ _id: 0, l: false }, { a: { b: 1, c: 2 } }],
  ])('%j gives %j, and does not mutate the document', ($project, expected) => {
    const before = structuredClone(stored);
    expect(project($project)).toEqual(expected);
    expect(stored).toEqual(before);
  });

  it.each<[BsonDocument]>([
    [{ a: 1, l: 0 }],
    [{ 'a.b': 1 }],
    [{ 'l.$': 1 }],
    [{ l: { $slice: 1 } }],
    [{ a: '$l' }],
    [{ a: 2 }],
    [{ a: { b: 1 } }],
  ])('refuses %j', ($project) => {
    expect(() => project($project)).toThrow();
  });
});

describe('sort', () => {
  const documents = [{ k: 'b', i: 0 }, { k: 2, i: 1 }, { i: 2 }, { k: -1, i: 3 }, { k: 'B', i: 4 }, { k: 2, i: 5 }];
  const order = ($sort: unknown) => runPipeline(documents, [{ $sort }]).map(({ i }) => i);

  it('puts missing first, then numbers, then strings by code unit, and is stable', () => {
    expect(order({ k: 1 })).toEqual([2, 3, 1, 5, 4, 0]);
    expect(order({ k: -1 })).toEqual([0, 4, 1, 5, 3, 2]);
    expect(order({ k: 1, i: -1 })).toEqual([2, 3, 5, 1, 4, 0]);
  });

  it('sorts ids and dates by their value', () => {
    const ids = Array.from({ length: 50 }, () => new ObjectId());
    const rows = ids.map((_id, i) => ({ _id, at: new Date(i % 7) })).reverse();
    expect(runPipeline(rows, [{ $sort: { _id: 1 } }]).map(({ _id }) => _id)).toEqual(ids);
    const times = runPipeline(rows, [{ $sort: { at: -1 } }]).map(({ at }) => (at as Date).getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it.each([[{ k: 'asc' }], [{ k: 2 }], [{ k: { $meta: 'textScore' } }], [{ 'k.x': 1 }], [5]])('refuses %j', (bad) => {
    expect(() => order(bad)).toThrow(/sort/);
  });
});

describe('aggregation', () => {
  const trades = [
    { _id: 1, market: id, pnl: 2 },
    { _id: 2, market: new ObjectId(id.toHexString()), pnl: -1 },
    { _id: 3, market: null, pnl: 4 },
  ];

  it('groups, sorts, skips, limits, projects and matches', () => {
    const $group = {
      ...{ _id: '$market', sum: { $sum: '$pnl' }, n: { $sum: 1 } },
      ...{ best: { $max: '$pnl' }, worst: { $min: '$pnl' }, mean: { $avg: '$pnl' } },
    };
    expect(runPipeline(trades, [{ $group }, { $sort: { sum: -1 } }])).toEqual([
      { _id: null, sum: 4, n: 1, best: 4, worst: 4, mean: 4 },
      { _id: id, sum: 1, n: 2, best: 2, worst: -1, mean: 0.5 },
    ]);
    const paged = [{ $sort: { pnl: 1 } }, { $skip: 1 }, { $limit: 1 }, { $project: { pnl: 1, _id: 0 } }];
    expect(runPipeline(trades, paged)).toEqual([{ pnl: 2 }]);
    expect(runPipeline(trades, [{ $limit: 2 }, { $match: { pnl: { $gt: 0 } } }])).toEqual([trades[0]]);
  });

  it.each<[string, BsonDocument]>([
    ['$out', { $out: 'x' }],
    ['$lookup', { $lookup: {} }],
    ['$unwind', { $unwind: '$legs' }],
    ['$count', { $count: 'n' }],
    ['$set', { $set: { a: 1 } }],
    ['$facet', { $facet: {} }],
    ['$typo', { $typo: 1 }],
    ['$push', { $group: { _id: null, all: { $push: '$pnl' } } }],
    ['$multiply', { $group: { _id: { $multiply: ['$pnl', 2] } } }],
    ['$where', { $match: { $where: 'true' } }],
    ['non-negative', { $limit: -1 }],
  ])('refuses %s by name', (name, stage) => {
    expect(() => runPipeline(trades, [stage])).toThrow(name);
  });
});

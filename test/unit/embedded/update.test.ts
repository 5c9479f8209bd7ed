import { describe, expect, it } from 'vitest';
import { compileUpdate } from '../../../src/adapters/embedded/update.ts';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { codeName: string }).codeName;
  }
  return 'nothing thrown';
};

describe('update operators', () => {
  it.each([
    [{ $set: { 'a.b': 1, c: 2 } }, {}, { a: { b: 1 }, c: 2 }],
    [{ $set: { 'list.3': 'x' } }, { list: ['a'] }, { list: ['a', null, null, 'x'] }],
    [{ $unset: { 'a.b': '', z: '' } }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    [{ $unset: { 'a.b.c': '' } }, { a: { b: 5 } }, { a: { b: 5 } }],
    [{ $inc: { n: 2, m: -1 } }, { n: 1 }, { n: 3, m: -1 }],
    [{ $mul: { n: 3, m: 5 } }, { n: 2 }, { n: 6, m: 0 }],
    [
      { $min: { a: 1, b: 9 }, $max: { c: 3 } },
      { a: 2, b: 2 },
      { a: 1, b: 2, c: 3 },
    ],
    [{ $push: { l: 1 } }, {}, { l: [1] }],
    [{ $push: { l: { $each: [3, 4], $slice: -3 } } }, { l: [1, 2] }, { l: [2, 3, 4] }],
    [{ $push: { l: { $each: [0], $position: 0, $sort: -1, $slice: 2 } } }, { l: [1, 2] }, { l: [2, 1] }],
    [{ $addToSet: { l: { $each: [{ a: 1 }, { a: 2 }, { a: 2 }] } } }, { l: [{ a: 1 }] }, { l: [{ a: 1 }, { a: 2 }] }],
    [{ $pull: { l: { $gte: 2 } } }, { l: [1, 2, 3] }, { l: [1] }],
    [{ $pull: { l: { a: 1 } } }, { l: [{ a: 1, b: 2 }, { a: 2 }] }, { l: [{ a: 2 }] }],
    [{ $pop: { l: -1 } }, { l: [1, 2] }, { l: [2] }],
    [{ $setOnInsert: { a: 1 } }, {}, {}],
    [{ replaced: true }, { old: 1 }, { replaced: true }],
  ])('%j turns %j into %j', (update, before, after) => {
    const document = { _id: 1, ...before };
    const frozen = structuredClone(document);
    expect(compileUpdate(update).apply(document)).toEqual({ _id: 1, ...after });
    expect(document).toEqual(frozen);
  });

  it('builds an upsert from the equalities of its filter', () => {
    const update = compileUpdate({ $set: { b: 2 }, $setOnInsert: { c: 3 }, $inc: { n: 1 } });
    const filter = { _id: 7, 'a.x': 1, $and: [{ y: { $eq: 2 } }], z: { $gt: 1 } };
    expect(update.insert(filter)).toEqual({ _id: 7, a: { x: 1 }, y: 2, b: 2, c: 3, n: 1 });
    expect(compileUpdate({ r: 1 }).insert({ _id: 7, q: 1 })).toEqual({ _id: 7, r: 1 });
  });

  it.each([
    ['TypeMismatch', { $inc: { text: 1 } }],
    ['TypeMismatch', { $inc: { nothing: 1 } }],
    ['TypeMismatch', { $inc: { n: 'one' } }],
    ['BadValue', { $push: { text: 1 } }],
    ['BadValue', { $push: { list: { $each: [1], $typo: 1 } } }],
    ['PathNotViable', { $set: { 'text.inner': 1 } }],
    ['ImmutableField', { $set: { _id: 2 } }],
    ['ImmutableField', { $unset: { _id: '' } }],
    ['ImmutableField', { _id: 2, other: 1 }],
    ['ConflictingUpdateOperators', { $set: { a: 1 }, $inc: { 'a.b': 1 } }],
    ['FailedToParse', { $rename: { a: 'b' } }],
    ['FailedToParse', { $set: { a: 1 }, plain: 1 }],
    ['CommandNotSupported', { $set: { 'list.$': 1 } }],
    ['CommandNotSupported', { $set: { 'list.$[].a': 1 } }],
    ['CommandNotSupported', [{ $set: { a: 1 } }]],
    ['BadValue', { $set: { '__proto__.polluted': 1 } }],
  ])('answers %s to %j', (name, update) => {
    expect(code(() => compileUpdate(update).apply({ _id: 1, text: 'x', nothing: null, list: [1] }))).toBe(name);
  });
});

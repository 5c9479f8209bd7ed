import { describe, expect, it } from 'vitest';
import { type BsonDocument } from '../../../src/adapters/embedded/bson-value.ts';
import { compileUpdate, equalityFields } from '../../../src/adapters/embedded/update.ts';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { codeName: string }).codeName;
  }
  return 'nothing thrown';
};

describe('update operators', () => {
  it.each<[BsonDocument, BsonDocument, BsonDocument]>([
    [{ $set: { 'a.b': 1, c: 2 } }, {}, { a: { b: 1 }, c: 2 }],
    [{ $set: { 'a.b': 1 } }, { a: { b: 0, c: 2 }, d: 3 }, { a: { b: 1, c: 2 }, d: 3 }],
    [{ $unset: { 'a.b': '', z: '' } }, { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    [{ $unset: { 'a.b.c': '' } }, { a: { b: 5 } }, { a: { b: 5 } }],
    [{ $unset: { 'x.y.z': '' } }, { a: 1 }, { a: 1 }],
    [{ $inc: { n: 2, m: -1, 'd.n': 1 } }, { n: 1 }, { n: 3, m: -1, d: { n: 1 } }],
    [{ $setOnInsert: { a: 1 } }, {}, {}],
    [{ replaced: true }, { old: 1 }, { replaced: true }],
  ])('%j turns %j into %j', (update, before, after) => {
    const document = { _id: 1, ...before };
    const frozen = structuredClone(document);
    expect(compileUpdate(update)(document, false)).toEqual({ _id: 1, ...after });
    expect(document).toEqual(frozen);
  });

  it('return the same document when they change nothing', () => {
    const document = { _id: 1, a: { b: 'x' } };
    expect(compileUpdate({ $set: { 'a.b': 'x' }, $unset: { c: 1, 'd.e': 1 } })(document, false)).toBe(document);
  });

  it('build the document of an upsert from the equality conditions of its filter', () => {
    const start = equalityFields({ _id: 7, 'a.x': 1, y: { $eq: 2 }, z: { $gt: 1 }, w: { $exists: false } });
    const change = compileUpdate({ $set: { b: 2 }, $setOnInsert: { c: 3 }, $inc: { n: 1 } });
    expect(change(start, true)).toEqual({ _id: 7, a: { x: 1 }, y: 2, b: 2, c: 3, n: 1 });
    expect(compileUpdate({ r: 1 })({ _id: 7, q: 1 }, true)).toEqual({ _id: 7, r: 1 });
    expect(code(() => equalityFields({ $and: [{ y: 2 }] }))).toBe('BadValue');
  });

  it.each<[string, unknown]>([
    ['TypeMismatch', { $inc: { text: 1 } }],
    ['TypeMismatch', { $inc: { nothing: 1 } }],
    ['TypeMismatch', { $inc: { n: 'one' } }],
    ['PathNotViable', { $set: { 'text.inner': 1 } }],
    ['PathNotViable', { $set: { 'nothing.inner': 1 } }],
    ['PathNotViable', { $set: { 'list.0': 1 } }],
    ['ConflictingUpdateOperators', { $set: { a: 1 }, $inc: { 'a.b': 1 } }],
    ['ConflictingUpdateOperators', { $set: { a: 1 }, $unset: { a: 1 } }],
    ['FailedToParse', { $set: { a: 1 }, plain: 1 }],
    ['FailedToParse', { $set: 1 }],
    ...['$rename', '$mul', '$min', '$max', '$push', '$addToSet', '$pull', '$pop', '$bit', '$currentDate'].map(
      (name): [string, unknown] => ['FailedToParse', { [name]: { list: 1 } }],
    ),
    ['BadValue', { $set: { 'list.$': 1 } }],
    ['BadValue', { $set: { 'list.$[].a': 1 } }],
    ['BadValue', { $set: { 'a..b': 1 } }],
    ['BadValue', { $set: { '__proto__.polluted': 1 } }],
    ['CommandNotSupported', [{ $set: { a: 1 } }]],
  ])('answer %s to %j', (name, update) => {
    const document = { _id: 1, text: 'x', nothing: null, list: [1] };
    expect(code(() => compileUpdate(update)(document, false))).toBe(name);
  });
});

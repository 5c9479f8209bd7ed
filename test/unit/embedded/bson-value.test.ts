import { Binary, Decimal128, Long, ObjectId } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertStorable, scalarKey } from '../../../src/adapters/embedded/bson-value.ts';

const scalar = fc.oneof(
  fc.constantFrom(null, true, false, NaN, 0, -0, 1, '1', 'null', 'true', 'NaN', 'd0', '"', ',', ''),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: true }),
);
const isEqual = (a: unknown, b: unknown): boolean =>
  a instanceof Date ? b instanceof Date && a.getTime() === b.getTime() : a === b || (a !== a && b !== b);

describe('scalarKey', () => {
  it('is equal exactly for equal values, also in the key of a compound index', () => {
    const pair = fc.tuple(scalar, scalar);
    fc.assert(
      fc.property(pair, pair, ([a, b], [c, d]) => {
        expect(scalarKey(a) === scalarKey(c)).toBe(isEqual(a, c));
        const same = [a, b].map(scalarKey).join() === [c, d].map(scalarKey).join();
        expect(same).toBe(isEqual(a, c) && isEqual(b, d));
      }),
      { numRuns: 2000 },
    );
  });

  it('compares ids by value; a missing value is null', () => {
    const id = new ObjectId();
    expect(scalarKey(new ObjectId(id.toHexString()))).toBe(scalarKey(id));
    expect(scalarKey(undefined)).toBe(scalarKey(null));
  });

  it.each([[[1]], [{ a: 1 }], [new Binary(Buffer.from([1]))], [/a/], [Long.MAX_VALUE]])(
    'is undefined for %s',
    (value) => {
      expect(scalarKey(value)).toBeUndefined();
    },
  );
});

describe('storable values', () => {
  it('includes every type that our stores use, at any depth', () => {
    const bytes = new Binary(Buffer.from([1]));
    expect(() =>
      assertStorable({ a: [1, 'x', null, true, new Date(0), { b: bytes, c: new ObjectId() }] }),
    ).not.toThrow();
  });

  it.each([
    [Decimal128.fromString('1')],
    [Long.MAX_VALUE],
    [/a/],
    [{ nested: { $set: 1 } }],
    [JSON.parse('{"__proto__": 1}')],
  ])('is not %s', (bad: unknown) => {
    expect(() => assertStorable({ field: bad })).toThrow(/cannot hold|not allowed/);
  });
});

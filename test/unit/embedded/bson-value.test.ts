import { Binary, Decimal128, Long, ObjectId } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertStorable, compareValues, keyOf } from '../../../src/adapters/embedded/bson-value.ts';

const bytes = fc.uint8Array({ maxLength: 4 }).map((value) => new Binary(value));
const scalar = fc.oneof(
  fc.constantFrom(null, true, false, NaN, 0, -0, 'a', 'b', ''),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: true }),
  bytes,
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
}));

describe('order of BSON values', () => {
  it('puts types in MongoDB order', () => {
    const ordered = [null, 7, 'text', { a: 1 }, [1], new Binary(Buffer.from([1])), new ObjectId(), false, new Date(0)];
    const shuffled = [...ordered].reverse();
    expect(shuffled.sort(compareValues)).toEqual(ordered);
  });

  it('compares strings by code point, not by UTF-16 unit', () => {
    const words = ['\u{1F600}', '\uFFFD', 'a', 'B', 'ab', ''];
    expect([...words].sort(compareValues)).toEqual(
      [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it('tells binary data apart that reads as the same text', () => {
    expect(compareValues(new Binary(Buffer.from([0xff])), new Binary(Buffer.from([0xfe])))).toBeGreaterThan(0);
  });

  it('is antisymmetric and transitive, and keys agree with it', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(0 - Math.sign(compareValues(b, a)) + 0);
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
        expect(keyOf(a) === keyOf(b)).toBe(compareValues(a, b) === 0);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [Decimal128.fromString('1')],
    [Long.MAX_VALUE],
    [/a/],
    [{ nested: { $set: 1 } }],
    [JSON.parse('{"__proto__": 1}')],
  ])('refuses to store %s', (bad: unknown) => {
    expect(() => assertStorable({ field: bad })).toThrow(/not keep|cannot hold|not allowed/);
  });
});

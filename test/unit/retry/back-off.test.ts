import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs, jitteredBackOffMs } from '../../../src/domain/retry/back-off.ts';

const RULES = { firstMs: 100, mostMs: 1000 };

describe('a back-off', () => {
  it('doubles up to its bound, however many failures there were', () => {
    expect([1, 2, 3, 4, 5, 6, 1_000_000].map((failures) => backOffMs(RULES, failures))).toEqual([
      100, 200, 400, 800, 1000, 1000, 1000,
    ]);
  });

  it('is drawn from the given share of its length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, share, drawn) => {
          const whole = backOffMs(RULES, failures);
          const pause = jitteredBackOffMs(RULES, failures, share, () => drawn);
          expect(pause).toBeLessThanOrEqual(whole);
          expect(pause).toBeGreaterThanOrEqual(whole * (1 - share) - 1e-9);
        },
      ),
    );
    expect(jitteredBackOffMs(RULES, 2, 0.5, () => 0)).toBe(200);
    expect(jitteredBackOffMs(RULES, 2, 0.5, () => 1)).toBe(100);
  });
});

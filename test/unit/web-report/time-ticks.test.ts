import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeTicks } from '../../../web/report/time-ticks.js';

const at = (text: string): number => Date.parse(`${text}Z`);
const labels = (from: string, to: string, most: number): readonly string[] =>
  timeTicks(at(from), at(to), most).map(({ label, isMajor }) => (isMajor ? `*${label}` : label));

describe('time ticks', () => {
  it.each([
    ['2025-12-31T22:10', '2026-01-01T02:10', 5, ['23:00', '*2026', '01:00', '02:00']],
    ['2025-07-03T20:00', '2025-07-04T09:00', 5, ['21:00', '*4 Jul', '03:00', '06:00', '09:00']],
    [
      '2025-02-20T00:00',
      '2025-03-10T00:00',
      10,
      ['21 Feb', '23 Feb', '25 Feb', '27 Feb', '*Mar', '3 Mar', '5 Mar', '7 Mar', '9 Mar'],
    ],
    ['2025-07-01T00:00', '2026-01-22T19:35', 8, ['Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', '*2026']],
    ['2019-05-01T00:00', '2025-05-01T00:00', 7, ['*2020', '*2021', '*2022', '*2023', '*2024', '*2025']],
    ['2025-07-01T10:00', '2025-07-01T10:04', 6, ['10:00', '10:01', '10:02', '10:03', '10:04']],
  ])('from %s to %s, at most %i', (from, to, most, expected) => {
    expect(labels(from, to, most)).toEqual(expected);
  });

  it('lie within the range, in order, with enough space between them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: at('2035-01-01T00:00') }),
        fc.double({ min: 10 * 60_000, max: 20 * 365 * 86_400_000, noNaN: true }),
        fc.integer({ min: 3, max: 16 }),
        (from, span, most) => {
          const ticks = timeTicks(from, from + span, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 3);
          ticks.forEach(({ time }, i) => {
            expect(time).toBeGreaterThanOrEqual(from);
            expect(time).toBeLessThanOrEqual(from + span);
            if (i > 0) expect(time - ticks[i - 1]!.time).toBeGreaterThan(span / most / 2.5);
          });
        },
      ),
    );
  });
});

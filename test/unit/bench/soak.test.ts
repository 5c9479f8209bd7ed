import { describe, expect, it } from 'vitest';
import { assessSoak, type SoakSample } from '../../../bench/soak/assess.ts';

const samplesOf = (change: (candles: number) => Partial<SoakSample> = () => ({})): readonly SoakSample[] =>
  Array.from({ length: 31 }, (_, i) => {
    const candles = i * 100;
    return {
      candles,
      cycles: i,
      fills: 2 * i,
      memory: { company: 300e6, store: 100e6, redis: 10e6 },
      disk: { store: 1e6 + 1000 * candles, redis: 1e6, audit: 100 * candles, logs: 200 * candles },
      ...change(candles),
    };
  });

describe('assessSoak', () => {
  it('finds no fault in what stays as it is, and computes a month', () => {
    const report = assessSoak(samplesOf());
    expect(report).toMatchObject({ candles: 3000, cycles: 30, fills: 60, faults: [] });
    expect(report.disk.store.perCandle.map(Math.round)).toEqual([1000, 1000, 1000]);
    expect(report.disk.logs).toMatchObject({
      perCycle: expect.closeTo(20_000) as number,
      perFill: expect.closeTo(10_000) as number,
    });
    expect(report.month.memory).toBeCloseTo(410e6, -3);
    expect(report.month.disk / 1e6).toBeCloseTo(2 + 3.9 + 1300 * 0.432, 0);
  });

  it.each<[string, (candles: number) => Partial<SoakSample>, RegExp]>([
    [
      'memory that grows to the end',
      (n) => ({ memory: { company: 3e8 + 2e4 * n, store: 1e8, redis: 1e7 } }),
      /memory of company grew/,
    ],
    [
      'a store that grows faster',
      (n) => ({ disk: { store: n ** 2, redis: 0, audit: 0, logs: 0 } }),
      /files of store grew/,
    ],
    ['a company above its limit', () => ({ memory: { company: 7e8, store: 1e8, redis: 1e7 } }), /company has 700.0 MB/],
    [
      'a month that does not fit',
      (n) => ({ disk: { store: 1e4 * n, redis: 0, audit: 0, logs: 0 } }),
      /disk after 30 days/,
    ],
  ])('reports %s', (_name, change, fault) => {
    expect(assessSoak(samplesOf(change)).faults.join('\n')).toMatch(fault);
  });

  it('accepts memory that grows at first', () => {
    const grows = (n: number) => ({ memory: { company: 3e8 + 1e5 * Math.min(n, 900), store: 1e8, redis: 1e7 } });
    expect(assessSoak(samplesOf(grows)).faults).toEqual([]);
  });
});

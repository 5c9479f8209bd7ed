import { describe, expect, it } from 'vitest';
import { volumeShareOf } from '../../../src/domain/backtest/metrics/volume-share.ts';
import { type Trade } from '../../../src/domain/backtest/result.ts';
import { buildSeries } from '../../fixtures/build-series.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2025, 0, 1);
const at = (bar: number): number => START + bar * HOUR;
const seriesOf = (volumes: readonly number[]) =>
  buildSeries(
    'BTC-USD',
    '1h',
    volumes.map((volume, i) => ({ time: at(i), open: 100, high: 101, low: 99, close: 100, volume })),
  );
const trade = (entry: number, exit: number, quantity: number, reason: Trade['reason'] = 'signal'): Trade => ({
  ...{ side: 'long', entryTime: at(entry), entryPrice: 100, exitTime: at(exit), exitPrice: 100 },
  ...{ quantity, fees: 0, pnl: 0, reason, ambiguous: false },
});

describe('the share of the volume that fills were', () => {
  it('is counted for entries and exits, each with its own bar', () => {
    const series = seriesOf([1000, 100, 10]);
    // 1 % and 10 % themselves are not above.
    expect(volumeShareOf([trade(0, 1, 10), trade(1, 2, 1.5)], series)).toEqual({
      ...{ fills: 4, above1Percent: 3, above10Percent: 1 },
      largest: 0.15,
    });
  });

  it('leaves the end of the data out: nothing is filled there', () => {
    expect(volumeShareOf([trade(0, 2, 5, 'end-of-data')], seriesOf([1000, 100, 10]))).toMatchObject({
      fills: 1,
      above1Percent: 0,
    });
  });

  it('is above every bound where a bar has no volume, and unknown where none has', () => {
    expect(volumeShareOf([trade(0, 1, 1)], seriesOf([1000, 0, 10]))).toEqual({
      ...{ fills: 2, above1Percent: 1, above10Percent: 1 },
      largest: null,
    });
    expect(volumeShareOf([trade(0, 1, 1)], seriesOf([0, 0, 0]))).toBeNull();
  });
});

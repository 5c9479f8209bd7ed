import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REGIMES } from '../../../src/domain/analysis/analysis.ts';
import { analyze } from '../../../src/domain/analysis/analyze.ts';
import { priceLevels } from '../../../src/domain/analysis/price-levels.ts';
import { annualisedVolatility } from '../../../src/domain/analysis/volatility.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { anySeries, randomSeries, seriesOf, withOtherFuture } from '../market/series-fixture.ts';

/**
 * Bars along a path of closes, each with a range of `range` around its body; a little noise makes all of them
 * different.
 */
function along(closes: readonly number[], range: (i: number) => number = () => 1): Series {
  const rng = createRng('noise');
  return seriesOf(
    closes.map((close, i) => {
      const open = closes[i - 1] ?? close;
      const reach = range(i) * (0.8 + 0.4 * rng.next());
      return [open, Math.max(open, close) + reach / 2, Math.min(open, close) - reach / 2, close, 5];
    }),
  );
}
const range = (length: number, at: (i: number) => number): number[] => Array.from({ length }, (_, i) => at(i));

describe('analyze', () => {
  it('needs enough bars for all its indicators', () => {
    expect(() => analyze(randomSeries(1, 398))).toThrow('an analysis needs at least 399 bars, there are 398');
    expect(analyze(randomSeries(1, 399)).asOf).toBe(randomSeries(1, 399).time[398]! + 3_600_000);
    // Candles that are not there settle nothing.
    expect(() => analyze(randomSeries(1, 410, { gapShare: 0.1 }))).toThrow('an analysis needs at least 399 bars');
  });

  it('gives finite values within their ranges for any market, including a flat one', () => {
    const flat = seriesOf(range(450, () => 7).map((price) => [price, price, price, price, 1]));
    fc.assert(
      fc.property(fc.oneof(anySeries(650), fc.constant(flat)), (series) => {
        const analysis = analyze(series);
        const { bollinger, macd, ...rest } = analysis.indicators;
        for (const value of [...Object.values(bollinger), ...Object.values(macd), ...Object.values(rest)]) {
          expect(Number.isFinite(value)).toBe(true);
        }
        expect(Math.abs(analysis.score)).toBeLessThanOrEqual(100);
        expect(REGIMES).toContain(analysis.regime);
        for (const level of analysis.levels) {
          expect(level.kind).toBe(level.price <= analysis.price ? 'support' : 'resistance');
          expect(level.touches).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('recognises up and down trends and scores in their direction', () => {
    const up = analyze(along(range(400, (i) => 1000 + 2 * i)));
    expect(up.regime).toBe('trending-up');
    expect(up.score).toBeGreaterThan(30);
    expect(up.reasons.join()).toContain('trending up');
    const down = analyze(along(range(400, (i) => 2000 - 2 * i)));
    expect(down.regime).toBe('trending-down');
    expect(down.score).toBeLessThan(-30);
  });

  it('recognises ranging, calm and stormy markets', () => {
    const swing = range(700, (i) => 1000 + 10 * Math.sin(i / 3));
    expect(analyze(along(swing)).regime).toBe('ranging');
    expect(analyze(along(swing, (i) => (i < 670 ? 20 : 1))).regime).toBe('calm');
    expect(analyze(along(swing, (i) => (i < 690 ? 1 : 80))).regime).toBe('stormy');
  });

  it('depends on closed bars only', () => {
    const series = randomSeries(5, 600);
    const other = withOtherFuture(series, 500, 9);
    expect(analyze(sliceSeries(other, 0, 500))).toEqual(analyze(sliceSeries(series, 0, 500)));
  });
});

describe('price levels', () => {
  it('are found at prices where the market turned several times', () => {
    // Between 90 and 110 with a period of 40 bars; the last close is in the middle.
    const series = along(
      range(321, (i) => 100 + 10 * Math.sin((i * Math.PI) / 20)),
      () => 0.01,
    );
    const levels = priceLevels(series, 0.5);
    expect(levels).toHaveLength(2);
    for (const { price, kind, touches } of levels) {
      expect(price).toBeCloseTo(kind === 'support' ? 90 : 110, 0);
      expect(touches).toBeGreaterThanOrEqual(7);
    }
  });
});

describe('annualised volatility', () => {
  it('recovers the volatility of a random walk', () => {
    const rng = createRng(3);
    let price = 100;
    const daily = 0.02;
    const closes = range(5000, () => (price *= Math.exp((daily / Math.sqrt(24)) * rng.normal())));
    const series = seriesOf(closes.map((close) => [close, close, close, close] as const));
    expect(annualisedVolatility(series, 5000)).toBeCloseTo(daily * Math.sqrt(365), 1.6);
    expect(annualisedVolatility(sliceSeries(series, 0, 2), 100)).toBe(0);
  });
});

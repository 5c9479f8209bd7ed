import { describe, expect, it } from 'vitest';
import { bookSpread, estimateSpread } from '../../../src/domain/analysis/estimate-spread.ts';
import { rankOpportunities, scoreOpportunity } from '../../../src/domain/analysis/rank-opportunities.ts';
import { type OrderBook } from '../../../src/domain/market/market.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { randomSeries, seriesOf } from '../market/series-fixture.ts';

const thresholds = { minVolume24h: 50_000, maxSpread: 0.02, minBars: 100, minCoverage: 0.6 };
const bookOf = (bid: number, ask: number): OrderBook => ({
  symbol: 'X',
  time: 0,
  bids: [{ price: bid, amount: 1 }],
  asks: [{ price: ask, amount: 1 }],
});
const series = { ...randomSeries(4, 300), symbol: 'GOOD' };

describe('spread', () => {
  it('comes from the book when the book is valid', () => {
    expect(bookSpread(bookOf(99, 101))).toBeCloseTo(0.02, 12);
    expect(bookSpread(bookOf(101, 99))).toBeNull();
    expect(bookSpread({ ...bookOf(1, 2), asks: [] })).toBeNull();
  });

  it.each([0.005, 0.02])('of %f is estimated from highs and lows (Corwin and Schultz)', (spread) => {
    const rng = createRng('spread');
    let mid = 100;
    const bars = Array.from({ length: 200 }, () => {
      const prices = Array.from({ length: 400 }, () => {
        mid *= Math.exp((0.01 / 20) * rng.normal());
        return mid * (1 + (rng.next() < 0.5 ? -spread : spread) / 2);
      });
      return [prices[0]!, Math.max(...prices), Math.min(...prices), prices.at(-1)!] as const;
    });
    const estimate = estimateSpread(seriesOf(bars, '1d'))!;
    expect(estimate / spread).toBeGreaterThan(0.75);
    expect(estimate / spread).toBeLessThan(1.35);
  });

  it('cannot be estimated without two consecutive real bars', () => {
    const bar = [1, 2, 1, 2] as const;
    expect(estimateSpread(seriesOf([bar, null, bar, null, bar]))).toBeNull();
    expect(estimateSpread(seriesOf([bar]))).toBeNull();
  });
});

describe('scoreOpportunity', () => {
  it('gives the values of the last day and week', () => {
    const bars = Array.from({ length: 24 * 8 }, (_, i) => {
      const price = i < 24 ? 100 : i < 24 * 7 ? 110 : 121;
      return [price, price, price, price, 2] as const;
    });
    const result = scoreOpportunity(
      { series: seriesOf(bars), book: bookOf(120, 122), coverage: 1 },
      { ...thresholds, minVolume24h: 5000 },
    );
    expect(result.volume24h).toBeCloseTo(24 * 2 * 121, 6);
    expect(result.change24h).toBeCloseTo(0.1, 12);
    expect(result.change7d).toBeCloseTo(0.21, 12);
    expect(result).toMatchObject({ spreadSource: 'book', accepted: true });
    expect(result.reasons).toContain('moved 10.00 % in 24 h, 21.00 % in 7 days');
  });

  it.each([
    ['too little volume', { minVolume24h: 1e12 }, bookOf(99, 99.1), 1, /traded in 24 h, .* are needed/],
    ['a wide spread', {}, bookOf(90, 110), 1, /spread 20.00 % above 2.00 %/],
    ['holes in its data', {}, bookOf(99, 99.1), 0.5, /coverage 50.00 % below 60.00 %/],
    ['a short history', { minBars: 500 }, bookOf(99, 99.1), 1, /300 bars of history, 500 are needed/],
  ])('rejects a market with %s and gives the reason', (_, limits, book, coverage, reason) => {
    const result = scoreOpportunity({ series, book, coverage }, { ...thresholds, ...limits });
    expect(result.accepted).toBe(false);
    expect(result.reasons).toHaveLength(1);
    expect(result.reasons[0]).toMatch(reason);
  });
});

describe('rankOpportunities', () => {
  it('lists accepted markets first, by score, and ranks all markets', () => {
    const busy = { ...series, symbol: 'BUSY', volume: series.volume.map((amount) => amount * 50) };
    const book = bookOf(99, 99.1);
    const ranked = rankOpportunities(
      [
        { series: { ...series, symbol: 'THIN' }, book, coverage: 0.1 },
        { series, book, coverage: 1 },
        { series: busy, book, coverage: 1 },
        { series: { ...series, symbol: 'EQUAL' }, book, coverage: 1 },
      ],
      thresholds,
    );
    expect(ranked.map(({ symbol, rank }) => `${rank} ${symbol}`)).toEqual(['1 BUSY', '2 EQUAL', '3 GOOD', '4 THIN']);
    expect(ranked[0]!.score).toBeGreaterThan(ranked[1]!.score);
    for (const { score } of ranked) expect(score >= 0 && score <= 100).toBe(true);
  });

  it('says that the volume is unknown, and gives no points for it', () => {
    const unknown = { ...series, volume: series.volume.map(() => NaN) };
    const limits = { ...thresholds, minVolume24h: 1 };
    const [refused] = rankOpportunities([{ series: unknown, book: null, coverage: 1 }], limits);
    expect(refused).toMatchObject({ volume24h: 0, accepted: false });
    expect(refused!.reasons).toContain('an unknown amount traded in 24 h, 1 are needed');
    const [open] = rankOpportunities([{ series: unknown, book: null, coverage: 1 }], { ...limits, minVolume24h: 0 });
    expect(Number.isFinite(open!.score)).toBe(true);
  });

  it('estimates the spread when there is no book', () => {
    expect(rankOpportunities([{ series, book: null, coverage: 1 }], thresholds)[0]!.spreadSource).toBe('estimated');
    expect(rankOpportunities([], thresholds)).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarketData } from '../../../src/adapters/market-data/market-data.ts';
import { buildSeries } from '../../../src/domain/market/build-series.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { resample } from '../../../src/domain/market/resample.ts';
import { seriesUntil } from '../../../src/domain/market/slice-series.ts';
import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';

const STEP = 300_000;
const START = Date.UTC(2025, 0, 1, 0, 20);
const MARKET: Market = {
  symbol: 'X-USD',
  base: 'X',
  quote: 'USD',
  kind: 'spot',
  tickSize: 0.01,
  stepSize: 0.01,
  minAmount: 0.01,
  minNotional: 1,
  takerFeeRate: 0.01,
  makerFeeRate: 0.01,
};

function candleAt(bar: number): Candle {
  const close = 100 + ((bar * 37) % 23);
  return { time: START + bar * STEP, open: 100, high: 130 + (bar % 7), low: 90 - (bar % 5), close, volume: bar + 1 };
}

interface Asked {
  readonly from: number;
  readonly to: number;
}

function dataOf(
  candles: readonly Candle[],
  asked: Asked[] = [],
  fail: (asked: Asked) => boolean = () => false,
): MarketData {
  return createMarketData({
    name: 'test',
    minimumCoverage: 0,
    feed: { get: async () => null, advance: async () => undefined },
    source: {
      markets: async () => [{ market: MARKET, timeframe: '5m', first: START }],
      async candles(_symbol, from, to) {
        asked.push({ from, to });
        if (fail({ from, to })) throw new Error('the source is away');
        return candles.filter(({ time }) => from <= time && time < to);
      },
      orderBook: async () => null,
      trades: async () => null,
    },
  });
}

const TIMEFRAMES: readonly Timeframe[] = ['5m', '15m', '1h'];

describe('market data', () => {
  it('gives the same series whether candles arrive at once or one by one, and never changes a returned series', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(200), { minLength: 30, maxLength: 150 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 15 }),
        async (gone, steps) => {
          const missing = new Set(gone);
          const candles = Array.from({ length: 220 }, (_, bar) => candleAt(bar)).filter(
            (_, bar) => bar < 13 || !missing.has(bar),
          );
          const data = dataOf(candles);
          const given: { readonly actual: unknown; readonly expected: unknown }[] = [];
          let bars = 12;
          for (const step of steps) {
            const asOf = START + bars * STEP;
            const known = buildSeries(
              'X-USD',
              '5m',
              candles.filter(({ time }) => time < asOf),
            );
            for (const timeframe of TIMEFRAMES) {
              const expected = seriesUntil(timeframe === '5m' ? known : resample(known, timeframe), asOf);
              if (expected.length === 0) continue;
              given.push({ actual: await data.series({ symbol: 'X-USD', timeframe, asOf }), expected });
            }
            bars += step;
          }
          for (const { actual, expected } of given) expect(actual).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('requests only missing candles from the source', async () => {
    const asked: Asked[] = [];
    const candles = Array.from({ length: 100 }, (_, bar) => candleAt(bar));
    const data = dataOf(candles, asked);
    const [first, later] = [START + 50 * STEP, START + 60 * STEP];
    for (const asOf of [first, later, first]) await data.series({ symbol: 'X-USD', timeframe: '1h', asOf });
    expect(asked).toEqual([
      { from: START, to: first },
      { from: first, to: later },
    ]);
  });

  it('loads long histories window by window, across a gap longer than a window', async () => {
    const bars = [0, 1, 2, 50_000, 50_001];
    const asOf = START + 50_002 * STEP;
    const asked: Asked[] = [];
    const series = await dataOf(bars.map(candleAt), asked).series({ symbol: 'X-USD', timeframe: '5m', asOf });
    expect(series).toEqual(buildSeries('X-USD', '5m', bars.map(candleAt)));
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.map(({ from }) => from)).toEqual([START, ...asked.slice(0, -1).map(({ to }) => to)]);
  });

  it('continues at its position after the source failed in the middle', async () => {
    const candles = Array.from({ length: 40_000 }, (_, bar) => candleAt(bar));
    let isAway = false;
    const asked: Asked[] = [];
    const data = dataOf(candles, asked, ({ to }) => isAway && to === START + 40_000 * STEP);
    const ask = (bars: number) => data.series({ symbol: 'X-USD', timeframe: '1h', asOf: START + bars * STEP });
    const before = await ask(100);
    isAway = true;
    await expect(ask(40_000)).rejects.toThrow('away');
    expect(await ask(100)).toEqual(before);
    isAway = false;
    const whole = resample(buildSeries('X-USD', '5m', candles), '1h');
    expect(await ask(40_000)).toEqual(seriesUntil(whole, START + 40_000 * STEP));
  });
});

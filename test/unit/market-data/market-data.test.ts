import { columnsOf } from '../../fixtures/columns-of.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarketData } from '../../../src/adapters/market-data/market-data.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { resample } from '../../../src/domain/market/resample.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { seriesUntil, sliceSeries } from '../../../src/domain/market/slice-series.ts';
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
  minimumCoverage = 0,
): MarketData {
  return createMarketData({
    name: 'test',
    minimumCoverage,
    feed: { get: async () => null, advance: async () => undefined },
    source: {
      markets: async () => [{ market: MARKET, timeframe: '5m', first: START }],
      async candles(_symbol, from, to) {
        asked.push({ from, to });
        if (fail({ from, to })) throw new Error('the source is away');
        return columnsOf(candles.filter(({ time }) => from <= time && time < to));
      },
      orderBook: async () => null,
      trades: async () => null,
      close: async () => undefined,
    },
  });
}

/** The bars closed at `asOf`, each missing one flat and flagged: one more candle ends the series, and is cut off. */
function barsUntil(candles: readonly Candle[], asOf: number): Series {
  const end: Candle = { time: asOf, open: 1, high: 1, low: 1, close: 1, volume: 1 };
  const series = buildSeries('X-USD', '5m', [...candles.filter(({ time }) => time < asOf), end]);
  return sliceSeries(series, 0, series.length - 1);
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
            const known = barsUntil(candles, asOf);
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

  it('gives a bar that is missing when it is due as a flat, flagged one, also the last of a longer bar', async () => {
    const candles = Array.from({ length: 11 }, (_, bar) => candleAt(bar - 4));
    const data = dataOf(candles);
    // 00:00 to 01:00 lacks its last five minutes.
    const asOf = START - 4 * STEP + 12 * STEP;
    const own = await data.series({ symbol: 'X-USD', timeframe: '5m', asOf });
    expect([own.length, own.filled.at(-1), own.close.at(-1), own.volume.at(-1)]).toEqual([8, 1, candles[10]!.close, 0]);
    const half = await data.series({ symbol: 'X-USD', timeframe: '15m', asOf });
    expect([half.length, half.filled.at(-1), half.close.at(-1)]).toEqual([2, 0, candles[10]!.close]);
  });

  it('keeps a bar flagged when its candle comes late: what was decided on does not change', async () => {
    const candles = Array.from({ length: 20 }, (_, bar) => candleAt(bar));
    const arrived = candles.filter((_, bar) => bar !== 9);
    const data = dataOf(arrived);
    const at = (bars: number) => data.series({ symbol: 'X-USD', timeframe: '5m', asOf: START + bars * STEP });
    expect((await at(10)).filled.at(-1)).toBe(1);
    arrived.splice(9, 0, candles[9]!);
    const later = await at(12);
    expect([...later.filled]).toEqual(Array.from({ length: 12 }, (_, bar) => (bar === 9 ? 1 : 0)));
    expect(later.close[9]).toBe(candles[8]!.close);
  });

  it('gives what is traded however thin it is, and refuses to research it', async () => {
    const data = dataOf([candleAt(0), candleAt(50)], [], () => false, 0.9);
    const asOf = START + 51 * STEP;
    await expect(data.series({ symbol: 'X-USD', timeframe: '5m', asOf })).rejects.toThrow('coverage 3.92 %');
    expect((await data.series({ symbol: 'X-USD', timeframe: '5m', asOf, anyCoverage: true })).length).toBe(51);
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

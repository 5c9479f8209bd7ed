import { ADX, ATR, BollingerBands, EMA, MACD, OBV, ROC, RSI, SD, SMA, Stochastic, WMA } from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import { INDICATORS } from '../../../src/domain/indicators/registry.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { type IndicatorParams } from '../../../src/domain/indicators/indicator.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { randomSeries, seriesOf } from '../market/series-fixture.ts';

const series = randomSeries(7, 400);
const cache = createIndicatorCache(series);
/** From the first value of the recursion on: whether it has settled is tested elsewhere. */
const lineOf = (from: Series, name: string, params: IndicatorParams, output?: string): Float64Array => {
  const { unsettled, outputs } = INDICATORS[name]!;
  return unsettled.compute(from, params)[output ?? outputs[0]!]!;
};
const ours = (name: string, params: IndicatorParams, output?: string): number[] => [
  ...lineOf(series, name, params, output),
];
const [open, high, low, close] = [series.open, series.high, series.low, series.close].map((column) => [...column]) as [
  number[],
  number[],
  number[],
  number[],
];
const volume = [...series.volume];

/** The library's outputs are shorter than its inputs; align them at the end. */
function expectAligned(column: readonly number[], theirs: readonly (number | undefined)[], digits: number): void {
  const offset = column.length - theirs.length;
  theirs.forEach((value, i) => {
    if (value !== undefined) expect(column[offset + i], `bar ${offset + i}`).toBeCloseTo(value, digits);
  });
}

describe('kernels agree with technicalindicators, within its known deviations', () => {
  it.each([1, 2, 7, 20, 50])('averages of %i bars', (period) => {
    expectAligned(ours('sma', { period }), SMA.calculate({ period, values: close }), 8);
    expectAligned(ours('wma', { period }), WMA.calculate({ period, values: close }), 8);
    expectAligned(ours('ema', { period }), EMA.calculate({ period, values: close }), 8);
  });

  it('RSI (the library rounds to two decimals)', () => {
    expectAligned(ours('rsi', { period: 14 }), RSI.calculate({ period: 14, values: close }), 1.9);
  });

  it('MACD', () => {
    const theirs = MACD.calculate({
      fastPeriod: 12,
      slowPeriod: 26,
      signalPeriod: 9,
      values: close,
      SimpleMAOscillator: false,
      SimpleMASignal: false,
    });
    const params = { fast: 12, slow: 26, signal: 9 };
    expectAligned(
      ours('macd', params, 'line'),
      theirs.map((value) => value.MACD),
      8,
    );
    expectAligned(
      ours('macd', params, 'signal'),
      theirs.map((value) => value.signal),
      8,
    );
    expectAligned(
      ours('macd', params, 'histogram'),
      theirs.map((value) => value.histogram),
      8,
    );
  });

  it('Bollinger bands and standard deviation', () => {
    const theirs = BollingerBands.calculate({ period: 20, stdDev: 2, values: close });
    const params = { period: 20, deviations: 2 };
    for (const output of ['upper', 'middle', 'lower'] as const) {
      expectAligned(
        ours('bollinger', params, output),
        theirs.map((value) => value[output]),
        7,
      );
    }
    expectAligned(ours('stdev', { period: 20 }), SD.calculate({ period: 20, values: close }), 7);
  });

  it('ATR, ADX, stochastic, ROC and OBV', () => {
    expectAligned(ours('atr', { period: 14 }), ATR.calculate({ period: 14, high, low, close }), 8);
    const adx = ADX.calculate({ period: 14, high, low, close });
    expectAligned(
      ours('adx', { period: 14 }, 'adx'),
      adx.map((value) => value.adx),
      6,
    );
    expectAligned(
      ours('adx', { period: 14 }, 'plusDi'),
      adx.map((value) => value.pdi),
      6,
    );
    expectAligned(
      ours('adx', { period: 14 }, 'minusDi'),
      adx.map((value) => value.mdi),
      6,
    );
    const stochastic = Stochastic.calculate({ period: 14, signalPeriod: 3, high, low, close });
    expectAligned(
      ours('stochastic', { period: 14, signal: 3 }, 'k'),
      stochastic.map((value) => value.k),
      7,
    );
    expectAligned(
      ours('stochastic', { period: 14, signal: 3 }, 'd'),
      stochastic.map((value) => value.d),
      7,
    );
    expectAligned(ours('roc', { period: 10 }), ROC.calculate({ period: 10, values: close }), 8);
    expectAligned(ours('obv', { period: 5 }, 'obv'), OBV.calculate({ close, volume }), 6);
  });
});

/** Hand-computed values of the five bars below: indicator, parameters, line, value at each bar. */
const EXAMPLES: readonly (readonly [string, IndicatorParams, string | undefined, readonly (number | null)[]])[] = [
  ['sma', { period: 2 }, undefined, [null, 12, 11, 11.5, 13]],
  ['ema', { period: 2 }, undefined, [null, 12, 10, 12.666667, 12.222222]],
  ['wma', { period: 2 }, undefined, [null, 12.333333, 10.333333, 12.333333, 12.666667]],
  ['highest', { period: 3 }, undefined, [null, null, 13, 14, 14]],
  ['lowest', { period: 3 }, undefined, [null, null, 9, 9, 9]],
  ['donchian', { period: 2 }, 'upper', [null, null, 14, 14, 15]],
  ['donchian', { period: 2 }, 'lower', [null, null, 9, 8, 8]],
  ['donchian', { period: 2 }, 'middle', [null, null, 11.5, 11, 11.5]],
  ['atr', { period: 2 }, undefined, [null, null, 4.5, 5.25, 4.625]],
  ['stdev', { period: 2 }, undefined, [null, 1, 2, 2.5, 1]],
  ['bollinger', { period: 2, deviations: 2 }, 'upper', [null, 14, 15, 16.5, 15]],
  ['zscore', { period: 2 }, undefined, [null, 1, -1, 1, -1]],
  ['rsi', { period: 2 }, undefined, [null, null, 33.333333, 75, 50]],
  // Changes +2, -4, +5, -2: gains and losses of two bars are 2:4, 5:4 and 5:2.
  ['cutler-rsi', { period: 2 }, undefined, [null, null, 33.333333, 55.555556, 71.428571]],
  ['roc', { period: 2 }, undefined, [null, null, -18.181818, 7.692308, 33.333333]],
  ['stochastic', { period: 2, signal: 2 }, 'k', [null, 80, 16.666667, 85.714286, 42.857143]],
  ['stochastic', { period: 2, signal: 2 }, 'd', [null, null, 48.333333, 51.190476, 64.285714]],
  ['keltner', { period: 2, atrPeriod: 2, multiple: 2 }, 'upper', [null, null, 19, 23.166667, 21.472222]],
  ['keltner', { period: 2, atrPeriod: 2, multiple: 2 }, 'middle', [null, null, 10, 12.666667, 12.222222]],
  ['obv', { period: 2 }, 'obv', [0, 200, -100, 0, -400]],
  ['obv', { period: 2 }, 'average', [null, 100, 50, -50, -200]],
  ['vwap', { period: 2 }, undefined, [null, 11.777778, 10.933333, 10.666667, 13.2]],
  ['volume-sma', { period: 2 }, undefined, [null, 150, 250, 200, 250]],
  ['relative-volume', { period: 2 }, undefined, [null, null, 2, 0.4, 2]],
];
/** Needs more than five bars: compared with technicalindicators only. */
const COMPARED = ['macd', 'adx'];

it('every indicator has a hand-computed example or is compared with a library', () => {
  const tested = new Set([...COMPARED, ...EXAMPLES.map(([name]) => name)]);
  expect(Object.keys(INDICATORS).filter((name) => !tested.has(name))).toEqual([]);
});

describe('kernels by hand', () => {
  const hand = seriesOf([
    [10, 12, 9, 11, 100],
    [11, 14, 10, 13, 200],
    [13, 13, 8, 9, 300],
    [9, 15, 9, 14, 100],
    [14, 16, 12, 12, 400],
  ]);
  const column = (name: string, params: IndicatorParams, output?: string): (number | null)[] =>
    [...lineOf(hand, name, params, output)].map((value) => (Number.isNaN(value) ? null : Number(value.toFixed(6))));

  it.each(EXAMPLES)('%s %j %s', (name, params, output, expected) => {
    expect(column(name, params, output)).toEqual(expected);
  });

  it('is exactly neutral, undefined or zero when nothing moves', () => {
    const flat = createIndicatorCache({
      ...seriesOf(Array.from({ length: 600 }, () => [0.1, 0.1, 0.1, 0.1, 1])),
      volume: new Float64Array(600),
    });
    const last = (name: string, params: IndicatorParams, output?: string): number =>
      flat.column(name, params, output)[599]!;
    expect(last('sma', { period: 7 })).toBe(0.1);
    expect(last('ema', { period: 7 })).toBe(0.1);
    expect(last('rsi', { period: 7 })).toBe(50);
    expect(last('cutler-rsi', { period: 7 })).toBe(50);
    expect(last('stochastic', { period: 7, signal: 3 }, 'd')).toBe(50);
    expect(last('adx', { period: 7 }, 'adx')).toBe(0);
    expect(last('stdev', { period: 7 })).toBe(0);
    expect(last('bollinger', { period: 7, deviations: 2 }, 'upper')).toBe(0.1);
    expect(last('zscore', { period: 7 })).toBeNaN();
    expect(last('vwap', { period: 7 })).toBeNaN();
    expect(last('relative-volume', { period: 7 })).toBeNaN();
  });

  it('leaves no trace of an outlier after it has left the window', () => {
    const calm: [number, number, number, number] = [1, 1, 1, 1];
    const bars = Array.from({ length: 50 }, (_, i): [number, number, number, number] =>
      i === 10 ? [1e12, 1e12, 1e12, 1e12] : calm,
    );
    const columns = createIndicatorCache(seriesOf(bars));
    expect(columns.column('sma', { period: 7 })[49]).toBe(1);
    expect(columns.column('stdev', { period: 7 })[49]).toBe(0);
    expect(columns.column('cutler-rsi', { period: 7 })[49]).toBe(50);
  });

  it('offers the open column as an operand', () => {
    expect([...cache.operand({ field: 'open' })]).toEqual(open);
    expect(new Set(cache.operand({ value: 30 }))).toEqual(new Set([30]));
  });
});

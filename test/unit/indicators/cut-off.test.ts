import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRuleBitmaps } from '../../../src/domain/backtest/engine/rule-bitmaps.ts';
import { createDataset } from '../../../src/domain/backtest/engine/dataset.ts';
import { isSet } from '../../../src/domain/backtest/engine/bitmap.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { firstBarAfter } from '../../../src/domain/indicators/first-bar-after.ts';
import { INDICATORS } from '../../../src/domain/indicators/registry.ts';
import { type Operand } from '../../../src/domain/indicators/operand.ts';
import { seriesOfColumns } from '../../../src/domain/market/build-series.ts';
import { quickCandleColumns } from '../../../src/domain/market/quick-candle-csv.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { type Rule } from '../../../src/domain/strategies/spec.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';

const CUT = 50;

const of = (indicator: string, params: Record<string, number>, output?: string): Operand => ({
  indicator,
  params,
  ...(output !== undefined && { output }),
});
const close: Operand = { field: 'close' };
const level = (value: number): Operand => ({ value });
const macd = { fast: 12, slow: 26, signal: 9 };
const bands = { period: 20, deviations: 2 };

const PAIRS: readonly (readonly [Operand, Operand])[] = [
  [close, of('sma', { period: 20 })],
  [of('sma', { period: 10 }), of('sma', { period: 30 })],
  [close, of('bollinger', bands, 'upper')],
  [close, of('bollinger', bands, 'lower')],
  [close, of('donchian', { period: 20 }, 'upper')],
  [close, of('donchian', { period: 20 }, 'middle')],
  [close, of('wma', { period: 15 })],
  [close, of('vwap', { period: 20 })],
  [of('cutler-rsi', { period: 14 }), level(50)],
  [of('stochastic', { period: 14, signal: 3 }, 'k'), of('stochastic', { period: 14, signal: 3 }, 'd')],
  [of('relative-volume', { period: 20 }), level(1)],
  [of('obv', { period: 20 }, 'obv'), of('obv', { period: 20 }, 'average')],
  [close, of('ema', { period: 20 })],
  [of('ema', { period: 12 }), of('ema', { period: 26 })],
  [of('macd', macd, 'line'), of('macd', macd, 'signal')],
  [of('rsi', { period: 14 }), level(50)],
  [of('rsi', { period: 2 }), level(10)],
  [of('adx', { period: 14 }, 'adx'), level(25)],
  [of('adx', { period: 14 }, 'plusDi'), of('adx', { period: 14 }, 'minusDi')],
];

const RULES = PAIRS.flatMap(([left, right]): Rule[] => [
  { left, op: 'crosses-above', right },
  { left, op: 'crosses-below', right },
]);

const warmupOf = (operand: Operand): number =>
  'indicator' in operand ? INDICATORS[operand.indicator]!.warmup(operand.params) : 0;

/** For every rule the bars at which it holds without the first `cut`, counted from the start of the whole series. */
function signalsOf(series: Series, cut: number): readonly (readonly number[])[] {
  const part = sliceSeries(series, cut, series.length);
  const rules = createRuleBitmaps(createDataset(part), createIndicatorCache(part), 2 ** 22);
  return RULES.map((rule) => {
    const bits = rules.entry(rule);
    const defined = firstBarAfter(part, 1 + Math.max(warmupOf(rule.left), warmupOf(rule.right)));
    const bars: number[] = [];
    for (let bar = defined; bar < part.length; bar += 1) if (isSet(bits, bar)) bars.push(bar + cut);
    return bars;
  });
}

describe('crossings do not depend on which of the first 50 bars is the first', () => {
  const REAL: readonly (readonly [string, Timeframe])[] = [
    ['BTC-USD_FIVE_MINUTE', '5m'],
    ['BIP-20DEC30-CDE_ONE_MINUTE', '1m'],
    ['ETP-20DEC30-CDE_ONE_MINUTE', '1m'],
  ];
  const need = needsRealFiles(...REAL.map(([name]) => `${name}.csv`));
  it.skipIf(need.isMissing).each(REAL)(need.title('in %s, %s'), (file, timeframe) => {
    const series = seriesOfColumns(
      'REAL',
      timeframe,
      quickCandleColumns(readFileSync(realFile(`${file}.csv`)))!.columns,
    );
    const whole = signalsOf(series, 0);
    expect(whole.flat().length).toBeGreaterThan(10_000);
    for (const cut of [1, 2, 7, 19, 20, 33, CUT]) {
      const part = sliceSeries(series, cut, series.length);
      for (const [i, bars] of signalsOf(series, cut).entries()) {
        const { left, right } = RULES[i]!;
        const first = cut + firstBarAfter(part, 1 + Math.max(warmupOf(left), warmupOf(right)));
        const expected = whole[i]!.filter((bar) => bar >= first);
        expect(bars, `${JSON.stringify(RULES[i])} without ${cut} bars`).toEqual(expected);
      }
    }
  });
});

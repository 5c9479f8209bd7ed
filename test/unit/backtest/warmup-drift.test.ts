import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  driftAfterWarmup,
  measureWarmupDrift,
  type LineDrift,
} from '../../../src/domain/backtest/guards/warmup-drift.ts';
import { SETTLED_DRIFT } from '../../../src/domain/indicators/convergence.ts';
import { seriesOfColumns } from '../../../src/domain/market/build-series.ts';
import { quickCandleColumns } from '../../../src/domain/market/quick-candle-csv.ts';
import { resample } from '../../../src/domain/market/resample.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { realBars, type Series } from '../../../src/domain/market/series.ts';
import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { type Condition, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { warmupBars } from '../../../src/domain/strategies/warmup-bars.ts';
import { randomSeries, seriesOf } from '../market/series-fixture.ts';
import { onSignal } from './spec-fixture.ts';

type Line = readonly [indicator: string, params: Record<string, number>, output?: string];

/** A spec that reads the given lines. */
function reading(...lines: readonly Line[]): StrategySpec {
  const rules = lines.map(([indicator, params, output = '']): Condition => {
    const operand = { indicator, params, ...(output !== '' && { output }) };
    return { left: operand, op: '>', right: { value: 1 } };
  });
  return { ...onSignal, entry: { any: rules } };
}

/** The extremes of the family parameter ranges, where lines settle most slowly. */
const FAMILY_LINES: readonly Line[] = [
  ['ema', { period: 8 }],
  ['ema', { period: 300 }],
  ['rsi', { period: 2 }],
  ['rsi', { period: 60 }],
  ['atr', { period: 14 }],
  ['adx', { period: 7 }, 'adx'],
  ['adx', { period: 28 }, 'adx'],
  ['macd', { fast: 4, slow: 6, signal: 3 }, 'signal'],
  ['macd', { fast: 4, slow: 16, signal: 20 }, 'signal'],
  ['macd', { fast: 20, slow: 80, signal: 20 }, 'line'],
  ['keltner', { period: 10, atrPeriod: 14, multiple: 4 }, 'upper'],
];

const settledDrift = ({ settled, starts }: LineDrift): number =>
  starts.find(({ candles }) => candles === settled)!.drift;

function expectSettled(series: Series, lines: readonly Line[]): void {
  // One line per spec: the slowest line sets the warm-up, and the history must be twice as long.
  const measurable = lines.filter((line) => realBars(series) > 2 * warmupBars(reading(line)));
  expect(measurable.length).toBeGreaterThanOrEqual(lines.length - 1);
  for (const line of measurable) {
    const [drift] = measureWarmupDrift(series, reading(line)).lines;
    expect(settledDrift(drift!), drift!.line).toBeLessThan(SETTLED_DRIFT);
  }
}

describe('a settled line drifts by less than 1e-9 of its scale', () => {
  it('on a random walk, gaps included', () => {
    expectSettled(randomSeries(4, 8000, { gapShare: 0.1 }), FAMILY_LINES);
  });

  it('on a market whose volatility grows and shrinks tenfold', () => {
    const rng = createRng('moods');
    let close = 100;
    const bars = Array.from({ length: 8000 }, (_, i): [number, number, number, number] => {
      const size = 0.003 * 10 ** Math.sin(i / 150);
      const open = close;
      close = open * Math.exp(size * rng.normal());
      return [open, Math.max(open, close) * (1 + size * rng.next()), Math.min(open, close) / (1 + size), close];
    });
    expectSettled(seriesOf(bars), FAMILY_LINES);
  });

  const REAL = ['BTC-USD_FIVE_MINUTE', 'BIP-20DEC30-CDE_ONE_MINUTE', 'ETP-20DEC30-CDE_ONE_MINUTE'];
  const need = needsRealFiles(...REAL.map((name) => `${name}.csv`));
  it.skipIf(need.isMissing).each<[string, Timeframe, Timeframe]>([
    ['BTC-USD_FIVE_MINUTE', '5m', '5m'],
    ['BTC-USD_FIVE_MINUTE', '5m', '1h'],
    ['BIP-20DEC30-CDE_ONE_MINUTE', '1m', '5m'],
    ['ETP-20DEC30-CDE_ONE_MINUTE', '1m', '1m'],
  ])(need.title('on the real candles of %s (%s) as %s'), (file, own, timeframe) => {
    const series = seriesOfColumns('REAL', own, quickCandleColumns(readFileSync(realFile(`${file}.csv`)))!.columns);
    expectSettled(timeframe === own ? series : resample(series, timeframe), FAMILY_LINES);
  });
});

describe('measureWarmupDrift', () => {
  const series = randomSeries(9, 3000);

  it('reports the drift of a line per start length: a line with a first value has not yet settled', () => {
    const measured = measureWarmupDrift(series, reading(['ema', { period: 20 }], ['rsi', { period: 14 }]));
    expect(measured).toMatchObject({ warmup: 340, limit: 1e-9 });
    const [ema, rsi] = measured.lines;
    expect(ema).toMatchObject({ line: 'ema(20)', defined: 19, settled: 227 });
    expect(ema!.starts.map(({ candles }) => candles)).toEqual([19, 38, 76, 152, 227, 304, 340, 608]);
    expect(rsi!.starts.map(({ candles }) => candles)).toEqual([14, 28, 56, 112, 224, 340, 448]);
    for (const { starts } of measured.lines) {
      expect(starts[0]!.drift).toBeGreaterThan(10 * SETTLED_DRIFT);
      expect(starts.map(({ drift }) => drift)).toEqual(starts.map(({ drift }) => drift).sort((a, b) => b - a));
      expect(starts[0]!.bars).toBe(500);
    }
    expect(driftAfterWarmup(measured, rsi!).drift).toBeLessThan(SETTLED_DRIFT);
  });

  it('measures prices relative to themselves: the drift of an average is the rest of its first error', () => {
    // Flat at 1 except for one bar of 2, which lies in the first window of the series that begin with it.
    const bars = Array.from({ length: 600 }, (_, i) => (i === 300 ? 2 : 1));
    const spiked = seriesOf(bars.map((price) => [price, price, price, price]));
    const [ema] = measureWarmupDrift(spiked, reading(['ema', { period: 9 }])).lines;
    const of = (candles: number): number => ema!.starts.find((start) => start.candles === candles)!.drift;
    // With a weight of 1/5, a spike n bars ago is 0.8^n / 5 of the average of all history, and 1/9 of the first value
    // when it is among its nine bars. The drift is largest when the spike is the first of these bars, and later, when
    // the remaining difference is smaller, when it is the last.
    const spike = (barsAgo: number): number => 0.2 * 0.8 ** barsAgo;
    expect(of(8)).toBeCloseTo((1 / 9 - spike(8)) / (1 + spike(8)), 10);
    expect(of(16)).toBeCloseTo(((spike(0) - 1 / 9) * 0.8 ** 8) / (1 + spike(8)), 10);
  });

  it('finds no drift in lines that depend on a window only', () => {
    const lines: Line[] = [
      ['sma', { period: 30 }],
      ['bollinger', { period: 20, deviations: 2 }, 'upper'],
      ['stochastic', { period: 14, signal: 3 }, 'd'],
      ['relative-volume', { period: 20 }],
    ];
    for (const { starts, defined, settled } of measureWarmupDrift(series, reading(...lines)).lines) {
      expect(settled).toBe(defined);
      for (const { drift } of starts) expect(drift).toBeLessThan(1e-10);
    }
  });

  it('measures a running total by its distance from its average, because its level never settles', () => {
    const [obv, average] = (['obv', 'average'] as const).map((output) => ({
      indicator: 'obv',
      params: { period: 20 },
      output,
    }));
    const spec: StrategySpec = { ...onSignal, entry: { left: obv!, op: '>', right: average! } };
    const { lines } = measureWarmupDrift(series, spec);
    expect(lines.map(({ line }) => line)).toEqual(['obv(20) obv', 'obv(20) average']);
    for (const line of lines) for (const { drift } of line.starts) expect(drift).toBeLessThan(1e-10);
  });

  it('gives no lines for a spec without indicators', () => {
    expect(measureWarmupDrift(series, onSignal)).toEqual({ warmup: 0, limit: 1e-9, lines: [] });
  });

  it('needs a history of twice the measured warm-up', () => {
    const spec = reading(['rsi', { period: 14 }]);
    expect(() => measureWarmupDrift(randomSeries(9, 680), spec)).toThrow('needs at least 681 bars, there are 680');
    expect(measureWarmupDrift(randomSeries(9, 681), spec).lines[0]!.starts.at(-1)!.bars).toBe(1);
  });

  it('shows a market on which the warm-up is too short', () => {
    const crash = seriesOf(
      Array.from({ length: 1800 }, (_, i) => (i < 1150 ? 1e6 + i : 1 + (i % 7) / 100)).map((p) => [p, p, p, p]),
    );
    const measured = measureWarmupDrift(crash, reading(['ema', { period: 50 }]));
    expect(driftAfterWarmup(measured, measured.lines[0]!).drift).toBeGreaterThan(SETTLED_DRIFT);
  });
});

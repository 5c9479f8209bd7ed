import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillRange, isSet } from '../../../src/domain/backtest/engine/bitmap.ts';
import { createDataset } from '../../../src/domain/backtest/engine/dataset.ts';
import { createRuleBitmaps } from '../../../src/domain/backtest/engine/rule-bitmaps.ts';
import { resultHash } from '../../../src/domain/backtest/result-hash.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { FLAGS, type Series } from '../../../src/domain/market/series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { timeframeMs } from '../../../src/domain/market/timeframe.ts';
import { SpecError } from '../../../src/domain/spec-error.ts';
import { compileCondition } from '../../../src/domain/strategies/compile-rules.ts';
import { decide } from '../../../src/domain/strategies/decide.ts';
import { type Condition, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { firstSignalBar } from '../../../src/domain/strategies/warmup-bars.ts';
import { IMPLEMENTATIONS } from '../../fixtures/engine/implementations.ts';
import { anySeries, candlesOf, seriesOf } from '../market/series-fixture.ts';
import { busySpec, free, realistic } from './spec-fixture.ts';

const close = { field: 'close' } as const;
const sma = { indicator: 'sma', params: { period: 3 } } as const;
const CROSSINGS = ['crosses-above', 'crosses-below'] as const;

/** The same candles with a row of volume 0 at the last close for every bar that is missing. */
function withRowsFor(series: Series): Series {
  const step = timeframeMs(series.timeframe);
  const rows: Candle[] = [];
  for (const candle of candlesOf(series)) {
    for (let last = rows.at(-1); last !== undefined && last.time + step < candle.time; last = rows.at(-1)) {
      const { close: price, time } = last;
      rows.push({ time: time + step, open: price, high: price, low: price, close: price, volume: 0 });
    }
    rows.push(candle);
  }
  return buildSeries(series.symbol, series.timeframe, rows);
}

describe.each(IMPLEMENTATIONS)('rule 11 in the $name', ({ simulate }) => {
  it('E60: hours written as rows with volume 0 give what missing rows give, to the last bit', () => {
    let untraded = 0;
    fc.assert(
      fc.property(anySeries(150), busySpec, (series, spec) => {
        const written = withRowsFor(series);
        untraded += written.filled.filter((flag) => flag === FLAGS.untraded).length;
        expect(written.filled.includes(FLAGS.missing)).toBe(false);
        expect(resultHash(simulate(written, spec, realistic))).toBe(resultHash(simulate(series, spec, realistic)));
      }),
      { numRuns: 60 },
    );
    expect(untraded).toBeGreaterThan(100);
  });

  it('leaves by a crossing that happened on flagged bars, at the open after the next real bar', () => {
    // The average falls on the flagged bars, and the close is below it on the next real one.
    const average = { indicator: 'sma', params: { period: 2 } };
    const spec: StrategySpec = {
      family: 'momentum',
      side: 'long',
      entry: { left: close, op: '>=', right: { value: 105 } },
      exit: { left: { indicator: 'sma', params: { period: 1 } }, op: 'crosses-below', right: average },
      stop: { kind: 'percent', value: 0.5 },
      sizing: { kind: 'fraction', fraction: 0.5 },
    };
    const bar = (price: number): [number, number, number, number] => [price, price + 1, price - 1, price];
    const series = seriesOf([
      bar(100),
      bar(104),
      bar(105),
      bar(105.5),
      bar(106),
      null,
      null,
      bar(104),
      bar(103),
      bar(103),
    ]);
    const { trades } = simulate(series, spec, free);
    expect(trades[0]).toMatchObject({ entryTime: series.time[3], reason: 'signal', exitTime: series.time[8] });
  });

  it('refuses rules on unknown volume with one line, and plays rules on prices', () => {
    const known = seriesOf(Array.from({ length: 80 }, (_, i) => [100 + i, 102 + i, 99 + i, 101 + i, 5]));
    const unknown = { ...known, volume: known.volume.map((amount, i) => (i === 7 ? NaN : amount)) };
    const spec: StrategySpec = {
      family: 'breakout',
      side: 'long',
      entry: {
        all: [
          { left: close, op: '>', right: sma },
          { left: { field: 'volume' }, op: '>', right: { value: 1 } },
        ],
      },
      stop: { kind: 'percent', value: 0.05 },
      sizing: { kind: 'fraction', fraction: 1 },
    };
    expect(simulate(known, spec, free).trades.length).toBeGreaterThan(0);
    expect(() => simulate(unknown, spec, free)).toThrow(SpecError);
    expect(() => simulate(unknown, spec, free)).toThrow(
      'entry.all[1].left: volume reads volume, which is unknown for 1 of 80 bars of TEST: use candles with volume, or rules on prices',
    );
    const vwap: Condition = { left: close, op: '>', right: { indicator: 'vwap', params: { period: 3 } } };
    expect(() => simulate(unknown, { ...spec, entry: vwap }, free)).toThrow('entry.right: vwap(3) reads volume');
    const prices: StrategySpec = { ...spec, entry: { left: close, op: '>', right: sma } };
    expect(simulate(unknown, prices, free).trades).toEqual(simulate(known, prices, free).trades);
    expect(decide(spec, unknown, false).because).toContain('volume, which is unknown');
  });
});

describe('crossings beside flagged bars', () => {
  /** Bars of a series at which the rule holds by a plain reading: flagged bars are struck out, then neighbours compared. */
  function expected(series: Series, op: (typeof CROSSINGS)[number]): readonly number[] {
    const average = createIndicatorCache(series).operand(sma);
    const real = Array.from(series.filled.keys()).filter((bar) => series.filled[bar] === FLAGS.real);
    const side = (bar: number): number => (series.close[bar]! - average[bar]!) * (op === 'crosses-above' ? 1 : -1);
    return real.filter((bar, k) => k > 0 && side(bar) > 0 && side(real[k - 1]!) <= 0);
  }

  it.each(CROSSINGS)('%s compares with the last real bar, in oracle and engine', (op) => {
    let others = 0;
    fc.assert(
      fc.property(anySeries(150), (series) => {
        const rule = { left: close, op, right: sma };
        const bars = Array.from({ length: series.length }, (_, bar) => bar);
        const bits = createRuleBitmaps(createDataset(series), createIndicatorCache(series), 2 ** 20).entry(rule);
        expect(bars.filter((bar) => isSet(bits, bar))).toEqual(expected(series, op));
        expect(bars.filter(compileCondition(rule, createIndicatorCache(series)))).toEqual(expected(series, op));
        // What a comparison with the bar before would find instead.
        const naive = expected({ ...series, filled: new Uint8Array(series.length) }, op);
        if (naive.join() !== expected(series, op).join()) others += 1;
      }),
      { numRuns: 100 },
    );
    expect(others).toBeGreaterThan(10);
  });

  it('are decided live on the real bar after them, and never on a flagged one', () => {
    fc.assert(
      fc.property(anySeries(60), fc.constantFrom(...CROSSINGS), (series, op) => {
        const spec: StrategySpec = {
          family: 'momentum',
          side: 'long',
          entry: { left: close, op, right: sma },
          stop: { kind: 'percent', value: 0.05 },
          sizing: { kind: 'fraction', fraction: 1 },
        };
        const entered = Array.from({ length: series.length }, (_, bar) => bar).filter(
          (bar) => decide(spec, sliceSeries(series, 0, bar + 1), false).action === 'enter',
        );
        const first = firstSignalBar(spec, series);
        expect(entered).toEqual(expected(series, op).filter((bar) => bar >= first));
      }),
      { numRuns: 30 },
    );
  });
});

it('fillRange sets and clears exactly the bits of its range', () => {
  const bound = fc.integer({ min: 0, max: 130 });
  fc.assert(
    fc.property(fc.uint32Array({ minLength: 5, maxLength: 5 }), bound, bound, fc.boolean(), (words, a, b, value) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const bits = Uint32Array.from(words);
      fillRange(bits, from, to, value);
      for (let bar = 0; bar < 160; bar += 1) {
        expect(isSet(bits, bar)).toBe(bar >= from && bar < to ? value : isSet(Uint32Array.from(words), bar));
      }
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalSpec, hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { describeSpec } from '../../../src/domain/strategies/describe-spec.ts';
import { INDICATORS } from '../../../src/domain/indicators/registry.ts';
import { SpecError } from '../../../src/domain/spec-error.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { validateSpec } from '../../../src/domain/strategies/validate-spec.ts';
import { firstSignalBar, warmupBars } from '../../../src/domain/strategies/warmup-bars.ts';
import { anySpec } from '../backtest/spec-fixture.ts';
import { seriesOf } from '../market/series-fixture.ts';

const sma = { indicator: 'sma', params: { period: 20 } };
const rsi = { indicator: 'rsi', params: { period: 14 } };
const close = { field: 'close' };
const rule = (left: unknown, op: unknown, right: unknown): unknown => ({ left, op, right });
const spec = {
  family: 'momentum',
  side: 'long',
  entry: {
    all: [rule(close, '>', sma), { any: [rule(rsi, 'crosses-above', { value: 30 }), rule(rsi, '<', { value: 20 })] }],
  },
  exit: rule(close, '<', sma),
  stop: { kind: 'percent', value: 0.02 },
  target: { kind: 'atr', period: 14, multiple: 3 },
  trailing: { kind: 'percent', value: 0.01 },
  maxHoldBars: 48,
  sizing: { kind: 'fraction', fraction: 0.1 },
};

function faultOf(value: unknown): SpecError {
  try {
    validateSpec(value);
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error('the spec was accepted');
}

describe('validateSpec', () => {
  it('accepts valid specs and returns them', () => {
    expect(validateSpec(spec)).toBe(spec);
    const { target: _, trailing: __, maxHoldBars: ___, exit: ____, ...least } = spec;
    expect(validateSpec(least)).toBe(least);
  });

  it('accepts every spec of the families', () => {
    fc.assert(fc.property(anySpec, (built) => validateSpec(built) === built));
  });

  it.each<[string, unknown, string]>([
    ['no object', 'buy low', ''],
    ['a missing part', { ...spec, stop: undefined }, 'stop'],
    ['an unknown field, which nothing would obey', { ...spec, takeProfit: 0.1 }, 'takeProfit'],
    ['an unknown family', { ...spec, family: 'luck' }, 'family'],
    ['an unknown side', { ...spec, side: 'both' }, 'side'],
    [
      'an unknown indicator',
      { ...spec, exit: rule({ indicator: 'smaa', params: { period: 2 } }, '<', close) },
      'exit.left.indicator',
    ],
    [
      'a period below 1',
      { ...spec, entry: { all: [rule(close, '>', { indicator: 'sma', params: { period: 0 } })] } },
      'entry.all[0].right.params.period',
    ],
    [
      'a period that is NaN',
      { ...spec, exit: rule({ indicator: 'sma', params: { period: NaN } }, '<', close) },
      'exit.left.params.period',
    ],
    [
      'a period that is text',
      { ...spec, exit: rule({ indicator: 'sma', params: { period: '20' } }, '<', close) },
      'exit.left.params.period',
    ],
    [
      'a missing parameter',
      { ...spec, exit: rule({ indicator: 'macd', params: { fast: 12, slow: 26 } }, '<', { value: 0 }) },
      'exit.left.params.signal',
    ],
    [
      'an unknown parameter',
      { ...spec, exit: rule({ ...sma, params: { period: 2, source: 1 } }, '<', close) },
      'exit.left.params.source',
    ],
    ['an unknown line', { ...spec, exit: rule({ ...sma, output: 'upper' }, '<', close) }, 'exit.left.output'],
    ['an unknown price', { ...spec, exit: rule({ field: 'vwap' }, '<', sma) }, 'exit.left.field'],
    ['an unknown comparison', { ...spec, exit: rule(close, '==', sma) }, 'exit.op'],
    ['an empty group', { ...spec, entry: { all: [] } }, 'entry.all'],
    ['an empty group inside', { ...spec, entry: { any: [{ all: [] }] } }, 'entry.any[0].all'],
    ['a group and a rule at once', { ...spec, entry: { all: [spec.exit], left: close } }, 'entry.left'],
    ['an empty operand', { ...spec, exit: rule({}, '<', sma) }, 'exit.left'],
    ['an operand that is two things', { ...spec, exit: rule({ ...sma, value: 3 }, '<', close) }, 'exit.left.value'],
    ['an oscillator compared with a price', { ...spec, exit: rule(rsi, '<', close) }, 'exit'],
    ['an oscillator compared with an average', { ...spec, exit: rule(rsi, '<', sma) }, 'exit'],
    ['a volume compared with a price', { ...spec, exit: rule({ field: 'volume' }, '<', sma) }, 'exit'],
    [
      'an average compared with zero instead of price',
      { ...spec, exit: rule(sma, '>', { value: 0 }) },
      'exit.right.value',
    ],
    ['a price below zero', { ...spec, exit: rule({ value: -1 }, '>', close) }, 'exit.left.value'],
    ['an oscillator beyond its range', { ...spec, exit: rule(rsi, '>', { value: 101 }) }, 'exit.right.value'],
    ['a constant that is no number', { ...spec, exit: rule(rsi, '>', { value: Infinity }) }, 'exit.right.value'],
    [
      'a level of a running total',
      { ...spec, exit: rule({ indicator: 'obv', params: { period: 20 } }, '>', { value: 1000 }) },
      'exit.right.value',
    ],
    ['two constants', { ...spec, exit: rule({ value: 1 }, '>', { value: 2 }) }, 'exit'],
    [
      'an operand compared with itself',
      { ...spec, exit: rule(sma, '>', { params: { period: 20 }, indicator: 'sma' }) },
      'exit',
    ],
    ['no stop distance', { ...spec, stop: { kind: 'percent', value: 0 } }, 'stop.value'],
    ['a negative stop', { ...spec, stop: { kind: 'percent', value: -0.01 } }, 'stop.value'],
    ['a stop beyond the price', { ...spec, stop: { kind: 'percent', value: 2 } }, 'stop.value'],
    ['an ATR stop without multiple', { ...spec, stop: { kind: 'atr', period: 14, multiple: 0 } }, 'stop.multiple'],
    ['an ATR of no bars', { ...spec, target: { kind: 'atr', period: 0, multiple: 1 } }, 'target.period'],
    ['a distance of another kind', { ...spec, trailing: { kind: 'points', value: 3 } }, 'trailing.kind'],
    ['a mixed distance', { ...spec, stop: { kind: 'percent', value: 0.1, multiple: 3 } }, 'stop.multiple'],
    ['no holding time', { ...spec, maxHoldBars: 0 }, 'maxHoldBars'],
    ['half a bar', { ...spec, maxHoldBars: 1.5 }, 'maxHoldBars'],
    ['no size', { ...spec, sizing: { kind: 'fraction', fraction: 0 } }, 'sizing.fraction'],
    ['more than everything', { ...spec, sizing: { kind: 'fraction', fraction: 1.01 } }, 'sizing.fraction'],
    ['a risk of nothing', { ...spec, sizing: { kind: 'volatility', period: 14, risk: 0, cap: 1 } }, 'sizing.risk'],
    ['an unreachable short target', { ...spec, side: 'short', target: { kind: 'percent', value: 1 } }, 'target.value'],
  ])('refuses %s', (_, value, path) => {
    const fault = faultOf(value);
    expect(fault.path).toBe(path);
    expect(fault.message).toMatch(/^[\w.[\]-]+: ./);
  });

  it('refuses groups nested too deep', () => {
    let entry: unknown = spec.exit;
    for (let i = 0; i < 20; i += 1) entry = { all: [entry] };
    expect(faultOf({ ...spec, entry }).message).toContain('nested deeper');
  });
});

describe('the identity of a spec', () => {
  it('does not depend on the order of fields, -0 or undefined ones', () => {
    const shuffled = JSON.parse(JSON.stringify(spec), (_, value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as StrategySpec;
    expect(JSON.stringify(shuffled)).not.toBe(JSON.stringify(spec));
    expect(hashSpec(shuffled)).toBe(hashSpec(spec as StrategySpec));
    expect(canonicalSpec({ ...shuffled, exit: undefined } as unknown as StrategySpec)).not.toContain('exit');
  });

  it('differs between different specs', () => {
    fc.assert(
      fc.property(anySpec, anySpec, (a, b) => {
        expect(hashSpec(a) === hashSpec(b)).toBe(canonicalSpec(a) === canonicalSpec(b));
      }),
    );
  });
});

describe('warmupBars', () => {
  const windows = {
    ...(spec as StrategySpec),
    entry: rule(close, '>', sma),
    target: { kind: 'percent', value: 0.1 },
  } as StrategySpec;

  it('is the warm-up of its slowest operand, plus one bar for a crossing', () => {
    expect(warmupBars(windows)).toBe(19);
    expect(warmupBars({ ...windows, entry: rule(close, 'crosses-above', sma) } as StrategySpec)).toBe(20);
    const settled = INDICATORS['atr']!.warmup({ period: 50 });
    expect(settled).toBeGreaterThan(500);
    const sized = { ...windows, sizing: { kind: 'volatility', period: 50, risk: 0.01, cap: 1 } };
    expect(warmupBars(sized as StrategySpec)).toBe(settled);
    expect(warmupBars({ ...windows, trailing: { kind: 'atr', period: 50, multiple: 1 } })).toBe(settled);
  });

  it('counts real candles only', () => {
    const bar = [100, 101, 99, 100] as const;
    const bars = (count: number): (typeof bar)[] => Array.from({ length: count }, () => bar);
    expect(firstSignalBar(windows, seriesOf(bars(30)))).toBe(19);
    expect(firstSignalBar(windows, seriesOf([...bars(5), null, null, ...bars(23)]))).toBe(21);
    expect(firstSignalBar(windows, seriesOf(bars(19)))).toBe(19);
    expect(firstSignalBar(windows, seriesOf(bars(12)))).toBe(12);
  });
});

describe('describeSpec', () => {
  it('describes a spec in one sentence', () => {
    expect(describeSpec(spec as StrategySpec)).toBe(
      'Buy when close is above sma(20) and (rsi(14) crosses above 30 or rsi(14) is below 20); ' +
        'exit when close is below sma(20), stop 2 %, target 3 x atr(14), trailing stop 1 %, at most 48 bars; ' +
        'commit 10 % of equity.',
    );
  });
});

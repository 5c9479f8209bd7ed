import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { usualParams } from '../../../src/domain/indicators/indicator.ts';
import { INDICATORS, requireParams } from '../../../src/domain/indicators/registry.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { SpecError } from '../../../src/domain/spec-error.ts';
import { anySeries, randomSeries } from '../market/series-fixture.ts';

const anyParams = (name: string): fc.Arbitrary<Record<string, number>> =>
  fc.record(
    Object.fromEntries(
      INDICATORS[name]!.params.map((parameter) => [
        parameter.name,
        parameter.integer ? fc.integer({ min: parameter.min, max: 12 }) : fc.double({ min: 0.5, max: 4, noNaN: true }),
      ]),
    ),
  );

describe.each(Object.keys(INDICATORS))('%s', (name) => {
  const definition = INDICATORS[name]!;

  it('does not look ahead: a prefix of the series has the same prefix of values', () => {
    fc.assert(
      fc.property(anySeries(70), anyParams(name), fc.integer({ min: 0, max: 70 }), (series, params, bars) => {
        const whole = definition.compute(series, params);
        const part = definition.compute(sliceSeries(series, 0, bars), params);
        expect(Object.keys(part).sort()).toEqual([...definition.outputs].sort());
        for (const output of definition.outputs) expect(part[output]).toEqual(whole[output]!.subarray(0, bars));
      }),
      { numRuns: 40 },
    );
  });

  it('has all lines defined from its warm-up on, and not before', () => {
    fc.assert(
      fc.property(fc.nat(), anyParams(name), (seed, params) => {
        const columns = Object.values(definition.compute(randomSeries(seed, 700), params));
        const warmup = definition.warmup(params);
        for (const column of columns) expect(column.subarray(warmup).some(Number.isNaN)).toBe(false);
        if (warmup > 0) expect(columns.some((column) => Number.isNaN(column[warmup - 1]!))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('reads only the columns that it declares', () => {
    const read = new Set<string>();
    const watched = new Proxy(randomSeries(1, 70), {
      get(series, column) {
        read.add(String(column));
        return Reflect.get(series, column) as unknown;
      },
    });
    definition.compute(watched, usualParams(definition));
    const columns = ['open', 'high', 'low', 'close', 'volume'].filter((column) => read.has(column));
    expect(columns).toEqual(definition.inputs);
  });

  it('has usual values within its bounds', () => {
    expect(() => requireParams(name, usualParams(definition))).not.toThrow();
  });
});

describe('the indicator cache', () => {
  it('computes a column once, whatever the order of its parameters', () => {
    const cache = createIndicatorCache(randomSeries(1, 50));
    const params = { slow: 9, fast: 4, signal: 3 };
    expect(cache.column('macd', params, 'signal')).toBe(
      cache.column('macd', { fast: 4, signal: 3, slow: 9 }, 'signal'),
    );
    expect(cache.column('macd', params)).toBe(cache.column('macd', params, 'line'));
    expect(cache.column('macd', { ...params, slow: 8 })).not.toBe(cache.column('macd', params));
  });

  it('drops the least recently used column beyond its limit', () => {
    const cache = createIndicatorCache(randomSeries(1, 50), { maxBytes: 2 * 50 * Float64Array.BYTES_PER_ELEMENT });
    const first = cache.column('sma', { period: 3 });
    cache.column('sma', { period: 4 });
    expect(cache.column('sma', { period: 3 })).toBe(first);
    cache.column('sma', { period: 5 });
    expect(cache.column('sma', { period: 3 })).toBe(first);
    cache.column('sma', { period: 4 });
    cache.column('sma', { period: 5 });
    expect(cache.column('sma', { period: 3 })).not.toBe(first);
  });

  it('uses shared columns', () => {
    const series = randomSeries(1, 50);
    const given = { value: new Float64Array(50) };
    const cache = createIndicatorCache(series, { shared: new Map([['sma,3', given]]) });
    expect(cache.column('sma', { period: 3 })).toBe(given.value);
    expect(cache.column('sma', { period: 4 })).not.toBe(given.value);
  });

  it.each([
    ['nonsense', {}, undefined, 'indicator', "unknown indicator 'nonsense'"],
    ['toString', {}, undefined, 'indicator', 'unknown indicator'],
    ['sma', {}, undefined, 'params.period', 'missing'],
    ['sma', { period: 3, speed: 1 }, undefined, 'params.speed', 'no such parameter'],
    ['sma', { period: 0 }, undefined, 'params.period', 'whole number from 1'],
    ['sma', { period: 2.5 }, undefined, 'params.period', 'whole number'],
    ['sma', { period: NaN }, undefined, 'params.period', 'whole number'],
    ['bollinger', { period: 20, deviations: -1 }, undefined, 'params.deviations', 'a number from'],
    ['sma', { period: 3 }, 'upper', 'output', "no line 'upper'"],
  ])('refuses %s %j %s at %s', (name, params, output, path, problem) => {
    const cache = createIndicatorCache(randomSeries(1, 50));
    const ask = (): Float64Array => cache.column(name, params, output);
    expect(ask).toThrow(SpecError);
    expect(ask).toThrow(problem);
    try {
      ask();
    } catch (error) {
      expect((error as SpecError).path).toBe(path);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INDICATORS } from '../../../src/domain/indicators/registry.ts';
import { decimalsOf, exactTerms } from '../../../src/domain/indicators/exact-terms.ts';
import { type IndicatorParams } from '../../../src/domain/indicators/indicator.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { sliceSeries } from '../../../src/domain/market/slice-series.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { seriesOf, T0 } from '../market/series-fixture.ts';
import {
  exactly,
  fraction,
  meant,
  minus,
  nearest,
  over,
  plus,
  rootOf,
  sumOf,
  times,
  varianceOf,
  type Fraction,
} from './rational-model.ts';

type Bar = readonly [open: number, high: number, low: number, close: number, volume: number];

/** Prices on a grid of 10^-decimals around `level`, with a volume of up to 8 digits. */
function gridBars(decimals: number, level: number, range: number): fc.Arbitrary<Bar> {
  const scale = 10 ** decimals;
  const base = Math.round(level * scale);
  const step = fc.integer({ min: 0, max: range });
  return fc.tuple(step, step, step, step, fc.integer({ min: 1, max: 10 ** 10 })).map(([a, b, c, d, amount]): Bar => {
    const price = (steps: number): number => (base + steps) / scale;
    return [price(a), price(Math.max(a, b, c, d)), price(Math.min(a, b, c, d)), price(d), amount / 1e8];
  });
}

const GRIDS: readonly (readonly [decimals: number, level: number, range: number])[] = [
  [2, 65_000, 50],
  [1, 20, 3],
  [0, 15_000_000, 9],
  [4, 0.5, 40],
  [8, 0.00002345, 200],
  [8, 98_765.4321, 2_000_000],
  [12, 0.000001, 900],
  [12, 900.5, 10 ** 9],
];

const anyGrid: fc.Arbitrary<Series> = fc
  .constantFrom(...GRIDS)
  .chain((grid) => fc.array(gridBars(...grid), { minLength: 12, maxLength: 30 }))
  .map((bars) => seriesOf(bars));

/** Doubles of full precision, some of them next to decimals: `0.1 + 0.2` of a careless export. */
const anyDoubles: fc.Arbitrary<Series> = fc
  .array(fc.tuple(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), fc.constantFrom(0.1, 0.2, 0.3, 64_000.5)), {
    minLength: 12,
    maxLength: 30,
  })
  .map((values) =>
    seriesOf(
      values.map(([odd, even], i) => (i % 3 === 0 ? [odd, odd, odd, odd, odd] : [even, even, even, even, even])),
    ),
  );

/** One line of an indicator by the model, from the values meant; null where it is undefined. */
type Model = (series: Series, i: number, period: number) => Fraction | number | null;

const at = (column: Float64Array, i: number): Fraction => meant(column[i]!);
const windowOf = (column: Float64Array, i: number, period: number): Fraction[] =>
  Array.from({ length: period }, (_, k) => at(column, i - period + 1 + k));
const whole = (value: number): Fraction => fraction(BigInt(value));
const mean = (values: readonly Fraction[]): Fraction => over(sumOf(values), whole(values.length));
const highestOf = (values: readonly Fraction[]): Fraction => values.reduce((a, b) => (minus(b, a).top > 0n ? b : a));
const lowestOf = (values: readonly Fraction[]): Fraction => values.reduce((a, b) => (minus(b, a).top < 0n ? b : a));
const DEVIATIONS = 1.5;

const bandOf =
  (side: 1n | 0n | -1n): Model =>
  ({ close }, i, period) => {
    const values = windowOf(close, i, period);
    return plus(mean(values), times(fraction(3n * side, 2n), rootOf(varianceOf(values))));
  };

const MODELS: readonly (readonly [name: string, output: string, model: Model])[] = [
  ['sma', 'value', ({ close }, i, n) => mean(windowOf(close, i, n))],
  ['volume-sma', 'value', ({ volume }, i, n) => mean(windowOf(volume, i, n))],
  [
    'wma',
    'value',
    ({ close }, i, n) =>
      over(
        sumOf(windowOf(close, i, n).map((value, k) => times(value, whole(k + 1)))),
        fraction(BigInt(n * (n + 1)), 2n),
      ),
  ],
  ['bollinger', 'upper', bandOf(1n)],
  ['bollinger', 'middle', bandOf(0n)],
  ['bollinger', 'lower', bandOf(-1n)],
  ['stdev', 'value', ({ close }, i, n) => rootOf(varianceOf(windowOf(close, i, n)))],
  [
    'zscore',
    'value',
    ({ close }, i, n) => {
      const values = windowOf(close, i, n);
      const spread = varianceOf(values);
      return spread.top === 0n ? null : over(minus(at(close, i), mean(values)), rootOf(spread));
    },
  ],
  [
    'cutler-rsi',
    'value',
    ({ close }, i, n) => {
      if (i < n) return null;
      const changes = Array.from({ length: n }, (_, k) => minus(at(close, i - k), at(close, i - k - 1)));
      const gains = sumOf(changes.filter(({ top }) => top > 0n));
      const moved = minus(gains, sumOf(changes.filter(({ top }) => top < 0n)));
      return moved.top === 0n ? 50 : over(times(whole(100), gains), moved);
    },
  ],
  [
    'stochastic',
    'k',
    ({ high, low, close }, i, n) => {
      const bottom = lowestOf(windowOf(low, i, n));
      const range = minus(highestOf(windowOf(high, i, n)), bottom);
      return range.top === 0n ? 50 : over(times(whole(100), minus(at(close, i), bottom)), range);
    },
  ],
  [
    'donchian',
    'middle',
    ({ high, low }, i, n) =>
      i < n ? null : over(plus(highestOf(windowOf(high, i - 1, n)), lowestOf(windowOf(low, i - 1, n))), whole(2)),
  ],
  [
    'roc',
    'value',
    ({ close }, i, n) =>
      i < n ? null : over(times(whole(100), minus(at(close, i), at(close, i - n))), at(close, i - n)),
  ],
  [
    'vwap',
    'value',
    ({ high, low, close, volume }, i, n) => {
      const amounts = windowOf(volume, i, n);
      const prices = [high, low, close].map((column) => windowOf(column, i, n));
      const spent = amounts.map((amount, k) => times(amount, sumOf(prices.map((price) => price[k]!))));
      return over(sumOf(spent), times(whole(3), sumOf(amounts)));
    },
  ],
  [
    'relative-volume',
    'value',
    ({ volume }, i, n) => (i < n ? null : over(at(volume, i), mean(windowOf(volume, i - 1, n)))),
  ],
  [
    'obv',
    'average',
    ({ close, volume }, i, n) => {
      const totals = [fraction(0n)];
      for (let k = 1; k <= i; k += 1) {
        const direction = BigInt(Math.sign(close[k]! - close[k - 1]!));
        totals.push(plus(totals[k - 1]!, times(fraction(direction), at(volume, k))));
      }
      return mean(totals.slice(-n));
    },
  ],
];

function paramsOf(name: string, period: number): IndicatorParams {
  return Object.fromEntries(
    INDICATORS[name]!.params.map((parameter) => [
      parameter.name,
      parameter.name === 'deviations' ? DEVIATIONS : parameter.name === 'signal' ? 1 : period,
    ]),
  );
}

const modelOf = (name: string, output: string): Model =>
  MODELS.find(([indicator, line]) => indicator === name && line === output)![2];
const closes = (...prices: readonly number[]): readonly Bar[] =>
  prices.map((price): Bar => [price, price, price, price, 1]);

describe.each(MODELS)('%s %s', (name, output, model) => {
  const definition = INDICATORS[name]!;
  const check = (series: Series, period: number): void => {
    const column = definition.compute(series, paramsOf(name, period))[output]!;
    for (let i = period - 1; i < series.length; i += 1) {
      const expected = model(series, i, period);
      const value = expected === null ? NaN : typeof expected === 'number' ? expected : nearest(expected);
      expect(column[i], `bar ${i}`).toBe(value);
    }
  };
  const period = fc.integer({ min: 2, max: 9 });

  it('is the exact function of its window, rounded once, on prices of any number of decimals', () => {
    fc.assert(
      fc.property(anyGrid, period, (series, n) => check(series, n)),
      { numRuns: 60 },
    );
  });

  it('is so on doubles of full precision too', () => {
    fc.assert(
      fc.property(anyDoubles, period, (series, n) => check(series, n)),
      { numRuns: 60 },
    );
  });

  it('does not depend on where the series begins or ends, nor on the decimals of bars outside its window', () => {
    const others = fc.array(
      fc.constantFrom<Bar>(
        [1, 1, 1, 1, 1],
        [0.1, 0.3, 0.1, 0.1, 1e-8],
        [65_000.123456789, 7e4, 3, 7e4, 2],
        [0.1 + 0.2, 1e12, 1e-12, 123.456, 0.1 + 0.7],
      ),
      { maxLength: 10 },
    );
    // On-balance volume is a sum from the first bar on.
    const before = name === 'obv' ? fc.constant([]) : others;
    fc.assert(
      fc.property(fc.oneof(anyGrid, anyDoubles), before, others, period, (series, earlier, later, n) => {
        const longer = seriesOf([...earlier, ...barsOf(series), ...later]);
        const alone = definition.compute(series, paramsOf(name, n))[output]!;
        const within = definition.compute(longer, paramsOf(name, n))[output]!.subarray(earlier.length);
        // Roc, Donchian and the like reach back one bar more than their window.
        for (let i = n; i < series.length; i += 1) expect(within[i], `bar ${i}`).toBe(alone[i]);
      }),
      { numRuns: 60 },
    );
  });
});

const barsOf = ({ length, open, high, low, close, volume }: Series): Bar[] =>
  Array.from({ length }, (_, i): Bar => [open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!]);

describe('a later bar with more decimals changes no last digit', () => {
  const LATER: Bar = [1.000000000001, 1.000000000001, 1.000000000001, 1.000000000001, 1];
  it.each<[name: string, params: IndicatorParams, output: string, bars: readonly Bar[], model: Model]>([
    // Found as fast-check seed -722011659, path "29:23:8:8": a mean half-way between two doubles.
    [
      'vwap',
      { period: 1 },
      'value',
      [[131.00325480791307, 131.68326631301343, 126.93639848263406, 127.29576252578417, 11.496635443329783]],
      modelOf('vwap', 'value'),
    ],
    ['stdev', { period: 2 }, 'value', closes(47.88499787409408, 242.93736653009623), modelOf('stdev', 'value')],
    [
      'bollinger',
      { period: 2, deviations: DEVIATIONS },
      'lower',
      closes(281.07424129835476, 39.75777817539129),
      modelOf('bollinger', 'lower'),
    ],
  ])('%s', (name, params, output, bars, model) => {
    const last = bars.length - 1;
    const [alone, within] = [bars, [...bars, LATER]].map(
      (each) => INDICATORS[name]!.compute(seriesOf(each), params)[output]![last],
    );
    expect(within).toBe(alone);
    expect(alone).toBe(nearest(model(seriesOf(bars), last, bars.length) as Fraction));
  });
});

describe('a price that never moves', () => {
  const SPREAD = ['sma', 'ema', 'wma', 'vwap', 'bollinger', 'keltner', 'donchian', 'highest', 'lowest'];
  it('is its own average, band and channel, at any price and period', () => {
    const anyPrice = fc.oneof(
      fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 10 ** 9 }).map((steps) => steps / 1000),
      fc.constantFrom(0.1, 0.3, 0.7, 1e-8, 123_456.789),
    );
    fc.assert(
      fc.property(anyPrice, fc.integer({ min: 2, max: 12 }), (price, period) => {
        const flat = seriesOf(Array.from({ length: 400 }, () => [price, price, price, price, 3.3]));
        for (const name of SPREAD) {
          const lines = INDICATORS[name]!.compute(flat, paramsOf(name, period));
          for (const [line, column] of Object.entries(lines)) expect(column[399], `${name} ${line}`).toBe(price);
        }
        expect(INDICATORS['stdev']!.compute(flat, { period })['value']![399]).toBe(0);
        expect(INDICATORS['zscore']!.compute(flat, { period })['value']![399]).toBeNaN();
      }),
      { numRuns: 100 },
    );
  });
});

describe('exact terms', () => {
  it('stand for the same numbers at every scale', () => {
    const value = fc.oneof(
      fc
        .tuple(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), fc.integer({ min: 0, max: 12 }))
        .map(([t, d]) => t / 10 ** d),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const column = Float64Array.from(values);
        const least = decimalsOf(column);
        for (let decimals = least; decimals <= 12; decimals += 1) {
          const { hi, lo, scale } = exactTerms(column, decimals);
          values.forEach((v, i) => {
            const term = plus(exactly(hi[i]!), exactly(lo?.[i] ?? 0));
            const wanted = times(meant(v), fraction(BigInt(scale)));
            expect(minus(term, wanted).top, `${v} at 10^-${decimals}`).toBe(0n);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep ties: the mean of 0.1 and 0.3 is 0.2, and 2 % of 100 is 2', () => {
    const series = seriesOf([0.1, 0.3, 100, 102].map((price) => [price, price, price, price]));
    expect(INDICATORS['sma']!.compute(series, { period: 2 })['value']![1]).toBe(0.2);
    expect(INDICATORS['roc']!.compute(series, { period: 1 })['value']![3]).toBe(2);
  });

  it('leave a window with an unknown value undefined, and no other', () => {
    const candles = Array.from({ length: 12 }, (_, i) => ({
      time: T0 + i * 3_600_000,
      open: 1,
      high: 2,
      low: 1,
      close: 1,
      volume: 1 + i / 10,
    }));
    const series = buildSeries('TEST', '1h', candles);
    const volume = series.volume.slice();
    volume[4] = NaN;
    const [known, unknown] = [series, { ...series, volume }].map(
      (each) => INDICATORS['volume-sma']!.compute(sliceSeries(each, 0, 12), { period: 3 })['value']!,
    );
    for (let i = 2; i < 12; i += 1) expect(unknown![i]).toBe(i >= 4 && i <= 6 ? NaN : known![i]);
  });
});

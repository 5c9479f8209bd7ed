import { SpecError } from '../spec-error.ts';
import { bollingerBands, donchianChannel, keltnerChannel } from './bands.ts';
import { directionalMovement } from './directional-movement.ts';
import { type IndicatorDefinition, type IndicatorParameter, type IndicatorParams } from './indicator.ts';
import { exponentialAverage } from './moving-average.ts';
import {
  cutlerRelativeStrength,
  movingAverageConvergence,
  rateOfChange,
  relativeStrength,
  stochastic,
} from './oscillators.ts';
import { slidingMaximum, slidingMinimum } from './sliding-window.ts';
import { barsToSettle, exponentialWeight, FIRST_MOVE_ERROR, FIRST_PRICE_ERROR, wilderWeight } from './convergence.ts';
import { averageTrueRange } from './true-range.ts';
import { firstBarAfter } from './first-bar-after.ts';
import { windowDeviation, windowScore } from './window-spread.ts';
import { weightedWindowMean, windowMean } from './window-sums.ts';
import { onBalanceVolume, relativeVolume, volumeWeightedPrice } from './volume-flow.ts';
import { type Series } from '../market/series.ts';

export const MAX_PERIOD = 2000;

const bars = <N extends string>(name: N, usual: number, min = 1) => ({
  name,
  min,
  max: MAX_PERIOD,
  integer: true,
  default: usual,
});
const factor = <N extends string>(name: N, usual: number) => ({
  name,
  min: 0.01,
  max: 100,
  integer: false,
  default: usual,
});

/**
 * Gives a kernel typed parameters by its declared names; `requireParams` has checked that they are present. `first` is
 * the first bar for which the kernel gives all lines, `settle` the number of bars after which a recursion has settled;
 * without it the indicator has no memory beyond its window.
 */
function define<N extends string>({
  first,
  settle,
  compute,
  ...rest
}: {
  readonly params: readonly (IndicatorParameter & { readonly name: N })[];
  readonly inputs: IndicatorDefinition['inputs'];
  readonly outputs: readonly string[];
  readonly unit: IndicatorDefinition['unit'];
  readonly first: (params: Readonly<Record<N, number>>) => number;
  readonly settle?: (params: Readonly<Record<N, number>>) => number;
  readonly compute: (series: Series, params: Readonly<Record<N, number>>) => Record<string, Float64Array>;
}): IndicatorDefinition {
  const unsettled = { warmup: first, compute };
  if (settle === undefined) return { ...rest, ...unsettled, unsettled };
  return {
    ...rest,
    warmup: settle,
    compute: (series, params) => fromBar(firstBarAfter(series, settle(params)), compute(series, params)),
    unsettled,
  };
}

/** The lines without their values before a bar. */
function fromBar(bar: number, lines: Record<string, Float64Array>): Record<string, Float64Array> {
  for (const line of Object.values(lines)) line.fill(NaN, 0, bar);
  return lines;
}

const settleEma = (period: number): number => period - 1 + barsToSettle([exponentialWeight(period)], FIRST_PRICE_ERROR);
/** For one Wilder average of moves, or a ratio of two. */
const settleWilder = (period: number): number => period + barsToSettle([wilderWeight(period)], FIRST_MOVE_ERROR);

/** All indicators that a spec can name. Formulas, ranges and first bars are documented at the kernels. */
export const INDICATORS: Readonly<Record<string, IndicatorDefinition>> = {
  sma: define({
    inputs: ['close'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'price',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period }) => ({ value: windowMean(close, period) }),
  }),
  ema: define({
    inputs: ['close'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'price',
    first: ({ period }) => period - 1,
    settle: ({ period }) => settleEma(period),
    compute: ({ close }, { period }) => ({ value: exponentialAverage(close, period) }),
  }),
  wma: define({
    inputs: ['close'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'price',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period }) => ({ value: weightedWindowMean(close, period) }),
  }),
  vwap: define({
    inputs: ['high', 'low', 'close', 'volume'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'price',
    first: ({ period }) => period - 1,
    compute: (series, { period }) => ({ value: volumeWeightedPrice(series, period) }),
  }),
  /** Highest *close* of the last `period` bars, including the current one; `lowest` likewise. */
  highest: define({
    inputs: ['close'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'price',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period }) => ({ value: slidingMaximum(close, period) }),
  }),
  lowest: define({
    inputs: ['close'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'price',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period }) => ({ value: slidingMinimum(close, period) }),
  }),
  bollinger: define({
    inputs: ['close'],
    params: [bars('period', 20, 2), factor('deviations', 2)],
    outputs: ['middle', 'upper', 'lower'],
    unit: 'price',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period, deviations }) => bollingerBands(close, period, deviations),
  }),
  keltner: define({
    inputs: ['high', 'low', 'close'],
    params: [bars('period', 20), bars('atrPeriod', 14), factor('multiple', 2)],
    outputs: ['middle', 'upper', 'lower'],
    unit: 'price',
    first: ({ period, atrPeriod }) => Math.max(period - 1, atrPeriod),
    settle: ({ period, atrPeriod }) => Math.max(settleEma(period), settleWilder(atrPeriod)),
    compute: (series, { period, atrPeriod, multiple }) => keltnerChannel(series, period, atrPeriod, multiple),
  }),
  donchian: define({
    inputs: ['high', 'low'],
    params: [bars('period', 20)],
    outputs: ['upper', 'lower', 'middle'],
    unit: 'price',
    first: ({ period }) => period,
    compute: (series, { period }) => donchianChannel(series, period),
  }),
  macd: define({
    inputs: ['close'],
    params: [bars('fast', 12), bars('slow', 26), bars('signal', 9)],
    outputs: ['line', 'signal', 'histogram'],
    unit: 'price-difference',
    first: ({ fast, slow, signal }) => Math.max(fast, slow) + signal - 2,
    settle: ({ fast, slow, signal }) =>
      Math.max(fast, slow) +
      signal -
      2 +
      barsToSettle([exponentialWeight(Math.max(fast, slow)), exponentialWeight(signal)], FIRST_MOVE_ERROR),
    compute: ({ close }, { fast, slow, signal }) => movingAverageConvergence(close, fast, slow, signal),
  }),
  atr: define({
    inputs: ['high', 'low', 'close'],
    params: [bars('period', 14)],
    outputs: ['value'],
    unit: 'price-difference',
    first: ({ period }) => period,
    settle: ({ period }) => settleWilder(period),
    compute: (series, { period }) => ({ value: averageTrueRange(series, period) }),
  }),
  stdev: define({
    inputs: ['close'],
    params: [bars('period', 20, 2)],
    outputs: ['value'],
    unit: 'price-difference',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period }) => ({ value: windowDeviation(close, period) }),
  }),
  rsi: define({
    inputs: ['close'],
    params: [bars('period', 14)],
    outputs: ['value'],
    unit: 'oscillator',
    first: ({ period }) => period,
    settle: ({ period }) => settleWilder(period),
    compute: ({ close }, { period }) => ({ value: relativeStrength(close, period) }),
  }),
  'cutler-rsi': define({
    inputs: ['close'],
    params: [bars('period', 14)],
    outputs: ['value'],
    unit: 'oscillator',
    first: ({ period }) => period,
    compute: ({ close }, { period }) => ({ value: cutlerRelativeStrength(close, period) }),
  }),
  stochastic: define({
    inputs: ['high', 'low', 'close'],
    params: [bars('period', 14), bars('signal', 3)],
    outputs: ['k', 'd'],
    unit: 'oscillator',
    first: ({ period, signal }) => period + signal - 2,
    compute: (series, { period, signal }) => stochastic(series, period, signal),
  }),
  adx: define({
    inputs: ['high', 'low', 'close'],
    params: [bars('period', 14)],
    outputs: ['adx', 'plusDi', 'minusDi'],
    unit: 'oscillator',
    first: ({ period }) => 2 * period - 1,
    settle: ({ period }) =>
      2 * period - 1 + barsToSettle([wilderWeight(period), wilderWeight(period)], FIRST_MOVE_ERROR),
    compute: (series, { period }) => directionalMovement(series, period),
  }),
  roc: define({
    inputs: ['close'],
    params: [bars('period', 12)],
    outputs: ['value'],
    unit: 'percent-change',
    first: ({ period }) => period,
    compute: ({ close }, { period }) => ({ value: rateOfChange(close, period) }),
  }),
  zscore: define({
    inputs: ['close'],
    params: [bars('period', 20, 2)],
    outputs: ['value'],
    unit: 'deviations',
    first: ({ period }) => period - 1,
    compute: ({ close }, { period }) => ({ value: windowScore(close, period) }),
  }),
  obv: define({
    inputs: ['close', 'volume'],
    params: [bars('period', 20)],
    outputs: ['obv', 'average'],
    unit: 'volume-total',
    first: ({ period }) => period - 1,
    compute: (series, { period }) => onBalanceVolume(series, period),
  }),
  'volume-sma': define({
    inputs: ['volume'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'volume',
    first: ({ period }) => period - 1,
    compute: ({ volume }, { period }) => ({ value: windowMean(volume, period) }),
  }),
  'relative-volume': define({
    inputs: ['volume'],
    params: [bars('period', 20)],
    outputs: ['value'],
    unit: 'multiple',
    first: ({ period }) => period,
    compute: ({ volume }, { period }) => ({ value: relativeVolume(volume, period) }),
  }),
};

/** Looks up an indicator. @throws SpecError at `path` when there is no such indicator. */
export function requireIndicator(name: string, path = 'indicator'): IndicatorDefinition {
  const definition = Object.hasOwn(INDICATORS, name) ? INDICATORS[name] : undefined;
  if (definition) return definition;
  throw new SpecError(path, `unknown indicator '${name}': use one of ${Object.keys(INDICATORS).join(', ')}`);
}

/** Checks name and parameters and returns the definition. @throws SpecError at the first wrong field. */
export function requireParams(name: string, params: IndicatorParams, path = 'params'): IndicatorDefinition {
  const definition = requireIndicator(name);
  const names = definition.params.map((parameter) => parameter.name);
  for (const given of Object.keys(params)) {
    if (!names.includes(given)) {
      throw new SpecError(`${path}.${given}`, `${name} has no such parameter: it takes ${names.join(', ')}`);
    }
  }
  for (const parameter of definition.params) {
    const value = params[parameter.name];
    const at = `${path}.${parameter.name}`;
    if (value === undefined) throw new SpecError(at, `missing: ${name} takes ${names.join(', ')}`);
    if (!(value >= parameter.min && value <= parameter.max) || (parameter.integer && !Number.isInteger(value))) {
      const kind = parameter.integer ? 'a whole number' : 'a number';
      throw new SpecError(at, `${value} must be ${kind} from ${parameter.min} to ${parameter.max}`);
    }
  }
  return definition;
}

/**
 * Returns the name of the line; the first when `output` is undefined. @throws SpecError at `path` when the indicator
 * has no such line.
 */
export function requireOutput(name: string, output: string | undefined, path = 'output'): string {
  const { outputs } = requireIndicator(name);
  if (output === undefined) return outputs[0]!;
  if (outputs.includes(output)) return output;
  throw new SpecError(path, `${name} has no line '${output}': it has ${outputs.join(', ')}`);
}

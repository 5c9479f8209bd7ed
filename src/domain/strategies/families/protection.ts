import { type Distance, type StrategySpec } from '../spec.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';
import { POSITION_SIDES } from '../../market/side.ts';

const ATR_PERIOD = 14;

/**
 * Parameters that all families share: side, stop, other exits as multiples of the stop distance (0: none), longest
 * holding time in bars (0: none) and size.
 */
export const PROTECTION_RANGES: readonly ParameterRange[] = [
  { name: 'side', choices: POSITION_SIDES },
  { name: 'stopKind', choices: ['atr', 'percent'] },
  { name: 'stopAtr', min: 1, max: 8, step: 0.25, when: { parameter: 'stopKind', oneOf: ['atr'] } },
  { name: 'stopPercent', min: 0.005, max: 0.15, step: 0.005, when: { parameter: 'stopKind', oneOf: ['percent'] } },
  { name: 'targetRatio', min: 0, max: 6, step: 0.5 },
  { name: 'trailingRatio', min: 0, max: 3, step: 0.25 },
  { name: 'maxHoldBars', min: 0, max: 500, step: 10 },
  { name: 'sizing', choices: ['fraction', 'volatility'] },
  { name: 'fraction', min: 0.05, max: 1, step: 0.05 },
  { name: 'risk', min: 0.0025, max: 0.03, step: 0.0025, when: { parameter: 'sizing', oneOf: ['volatility'] } },
];

export const DEFAULT_PROTECTION: FamilyParameters = {
  side: 'long',
  stopKind: 'atr',
  stopAtr: 3,
  stopPercent: 0.03,
  targetRatio: 2,
  trailingRatio: 0,
  maxHoldBars: 0,
  sizing: 'fraction',
  fraction: 0.25,
  risk: 0.005,
};

type Protection = Pick<StrategySpec, 'side' | 'stop' | 'sizing' | 'target' | 'trailing' | 'maxHoldBars'>;

/** `fraction` is the committed share of equity, or its cap with volatility sizing. */
export function protectionOf(parameters: FamilyParameters): Protection {
  const read = (name: string): number => Number(parameters[name]);
  const distance = (ratio: number): Distance =>
    parameters['stopKind'] === 'atr'
      ? { kind: 'atr', period: ATR_PERIOD, multiple: tidy(read('stopAtr') * ratio) }
      : { kind: 'percent', value: tidy(read('stopPercent') * ratio) };
  return {
    side: parameters['side'] === 'short' ? 'short' : 'long',
    stop: distance(1),
    ...(read('targetRatio') > 0 && { target: distance(read('targetRatio')) }),
    ...(read('trailingRatio') > 0 && { trailing: distance(read('trailingRatio')) }),
    ...(read('maxHoldBars') > 0 && { maxHoldBars: read('maxHoldBars') }),
    sizing:
      parameters['sizing'] === 'volatility'
        ? { kind: 'volatility', period: ATR_PERIOD, risk: read('risk'), cap: read('fraction') }
        : { kind: 'fraction', fraction: read('fraction') },
  };
}

/** Rounds products of grid values, so that floating-point error does not change hashes. */
const tidy = (value: number): number => Number(value.toFixed(8));

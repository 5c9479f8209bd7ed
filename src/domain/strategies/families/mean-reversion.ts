import { type Rule } from '../spec.ts';
import { type FamilyDefinition } from './family.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';
import { DEFAULT_PROTECTION, PROTECTION_RANGES, protectionOf } from './protection.ts';
import { directed, level, line, price } from './rule-words.ts';
import { type PositionSide } from '../../market/side.ts';

const ranges: readonly ParameterRange[] = [
  { name: 'variant', choices: ['bollinger-touch', 'zscore', 'rsi-oversold'] },
  { name: 'period', min: 10, max: 120, step: 2 },
  {
    name: 'deviations',
    min: 1,
    max: 3.5,
    step: 0.25,
    when: { parameter: 'variant', oneOf: ['bollinger-touch', 'zscore'] },
  },
  { name: 'rsiPeriod', min: 2, max: 30, step: 1, when: { parameter: 'variant', oneOf: ['rsi-oversold'] } },
  { name: 'rsiLevel', min: 5, max: 40, step: 1, when: { parameter: 'variant', oneOf: ['rsi-oversold'] } },
  { name: 'maxAdx', min: 15, max: 60, step: 5 },
  ...PROTECTION_RANGES,
];

const DEFAULTS: FamilyParameters = {
  variant: 'bollinger-touch',
  period: 20,
  deviations: 2,
  rsiPeriod: 14,
  rsiLevel: 30,
  maxAdx: 30,
  ...DEFAULT_PROTECTION,
  targetRatio: 0,
  maxHoldBars: 100,
};

/**
 * Mean reversion: a price far from its mean tends to return. Enter far below the mean (above it for shorts) while ADX
 * is low; exit at the mean.
 */
export const meanReversion: FamilyDefinition = {
  family: 'mean-reversion',
  parameters: ranges,
  templates: [
    { name: 'lower-band', parameters: DEFAULTS },
    { name: 'deep-zscore', parameters: { ...DEFAULTS, variant: 'zscore', period: 50, deviations: 2.5 } },
    { name: 'rsi-oversold', parameters: { ...DEFAULTS, variant: 'rsi-oversold' } },
    { name: 'short-rsi', parameters: { ...DEFAULTS, variant: 'rsi-oversold', rsiPeriod: 2, rsiLevel: 10, stopAtr: 4 } },
  ],
  build(parameters) {
    const protection = protectionOf(parameters);
    const { side } = protection;
    const average = line('sma', { period: Number(parameters['period']) });
    const calm: Rule = {
      left: line('adx', { period: 14 }, 'adx'),
      op: '<',
      right: level(Number(parameters['maxAdx'])),
    };
    return {
      family: 'mean-reversion',
      entry: { all: [stretched(parameters, side), calm] },
      exit: directed(side, price('close'), '>=', average),
      ...protection,
    };
  },
};

function stretched(parameters: FamilyParameters, side: PositionSide): Rule {
  const read = (name: string): number => Number(parameters[name]);
  if (parameters['variant'] === 'zscore') {
    const threshold = side === 'long' ? -read('deviations') : read('deviations');
    return directed(side, line('zscore', { period: read('period') }), '<', level(threshold));
  }
  if (parameters['variant'] === 'rsi-oversold') {
    const threshold = side === 'long' ? read('rsiLevel') : 100 - read('rsiLevel');
    return directed(side, line('rsi', { period: read('rsiPeriod') }), '<', level(threshold));
  }
  const params = { period: read('period'), deviations: read('deviations') };
  return directed(side, price('close'), '<', line('bollinger', params, side === 'long' ? 'lower' : 'upper'));
}

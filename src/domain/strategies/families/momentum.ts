import { type Rule } from '../spec.ts';
import { type FamilyDefinition } from './family.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';
import { DEFAULT_PROTECTION, PROTECTION_RANGES, protectionOf } from './protection.ts';
import { directed, level, line, price } from './rule-words.ts';
import { type PositionSide } from '../../market/side.ts';

const ranges: readonly ParameterRange[] = [
  { name: 'variant', choices: ['rsi-cross', 'roc-threshold', 'macd-cross'] },
  { name: 'period', min: 5, max: 60, step: 1, when: { parameter: 'variant', oneOf: ['rsi-cross', 'roc-threshold'] } },
  { name: 'rsiLevel', min: 50, max: 75, step: 1, when: { parameter: 'variant', oneOf: ['rsi-cross'] } },
  { name: 'rocPercent', min: 0.5, max: 15, step: 0.5, when: { parameter: 'variant', oneOf: ['roc-threshold'] } },
  { name: 'fast', min: 4, max: 20, step: 1, when: { parameter: 'variant', oneOf: ['macd-cross'] } },
  { name: 'slowRatio', min: 1.5, max: 4, step: 0.25, when: { parameter: 'variant', oneOf: ['macd-cross'] } },
  { name: 'signal', min: 3, max: 20, step: 1, when: { parameter: 'variant', oneOf: ['macd-cross'] } },
  { name: 'trendPeriod', min: 20, max: 200, step: 10 },
  ...PROTECTION_RANGES,
];

const DEFAULTS: FamilyParameters = {
  variant: 'rsi-cross',
  period: 14,
  rsiLevel: 55,
  rocPercent: 3,
  fast: 12,
  slowRatio: 2.25,
  signal: 9,
  trendPeriod: 100,
  ...DEFAULT_PROTECTION,
};

/**
 * Momentum: a move tends to continue. Enter in its direction while the price is on the same side of a slow average;
 * exit when the momentum fades.
 */
export const momentum: FamilyDefinition = {
  family: 'momentum',
  parameters: ranges,
  templates: [
    { name: 'rsi-through-55', parameters: DEFAULTS },
    {
      name: 'strong-rate-of-change',
      parameters: { ...DEFAULTS, variant: 'roc-threshold', period: 24, maxHoldBars: 100 },
    },
    { name: 'macd-classic', parameters: { ...DEFAULTS, variant: 'macd-cross', targetRatio: 3 } },
    { name: 'rsi-trailing', parameters: { ...DEFAULTS, rsiLevel: 60, targetRatio: 0, trailingRatio: 1 } },
  ],
  build(parameters) {
    const protection = protectionOf(parameters);
    const { entry, exit } = push(parameters, protection.side);
    const average = line('sma', { period: Number(parameters['trendPeriod']) });
    return {
      family: 'momentum',
      entry: { all: [entry, directed(protection.side, price('close'), '>', average)] },
      exit,
      ...protection,
    };
  },
};

function push(parameters: FamilyParameters, side: PositionSide): { readonly entry: Rule; readonly exit: Rule } {
  const read = (name: string): number => Number(parameters[name]);
  if (parameters['variant'] === 'roc-threshold') {
    const change = line('roc', { period: read('period') });
    const threshold = side === 'long' ? read('rocPercent') : -read('rocPercent');
    return {
      entry: directed(side, change, 'crosses-above', level(threshold)),
      exit: directed(side, change, '<', level(0)),
    };
  }
  if (parameters['variant'] === 'macd-cross') {
    const slow = Math.round(read('fast') * read('slowRatio'));
    const params = { fast: read('fast'), slow, signal: read('signal') };
    const [macd, signal] = [line('macd', params, 'line'), line('macd', params, 'signal')];
    return {
      entry: directed(side, macd, 'crosses-above', signal),
      exit: directed(side, macd, 'crosses-below', signal),
    };
  }
  const strength = line('rsi', { period: read('period') });
  const threshold = side === 'long' ? read('rsiLevel') : 100 - read('rsiLevel');
  return {
    entry: directed(side, strength, 'crosses-above', level(threshold)),
    exit: directed(side, strength, '<', level(side === 'long' ? threshold - 10 : threshold + 10)),
  };
}

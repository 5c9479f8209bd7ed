import { type Rule } from '../spec.ts';
import { type FamilyDefinition } from './family.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';
import { DEFAULT_PROTECTION, PROTECTION_RANGES, protectionOf } from './protection.ts';
import { directed, level, line } from './rule-words.ts';

const ranges: readonly ParameterRange[] = [
  { name: 'variant', choices: ['ema-adx', 'sma-cross'] },
  { name: 'fast', min: 5, max: 50, step: 1 },
  { name: 'slowRatio', min: 1.5, max: 6, step: 0.25 },
  { name: 'adxPeriod', min: 7, max: 28, step: 1, when: { parameter: 'variant', oneOf: ['ema-adx'] } },
  { name: 'minAdx', min: 10, max: 40, step: 1, when: { parameter: 'variant', oneOf: ['ema-adx'] } },
  ...PROTECTION_RANGES,
];

const DEFAULTS: FamilyParameters = {
  variant: 'ema-adx',
  fast: 20,
  slowRatio: 2.5,
  adxPeriod: 14,
  minAdx: 20,
  ...DEFAULT_PROTECTION,
  stopAtr: 4,
  targetRatio: 0,
  trailingRatio: 1,
};

/** Trend following: enter when the fast average crosses the slow one; exit when it crosses back. */
export const trendFollowing: FamilyDefinition = {
  family: 'trend-following',
  parameters: ranges,
  templates: [
    { name: 'ema-20-50-with-adx', parameters: DEFAULTS },
    { name: 'golden-cross', parameters: { ...DEFAULTS, variant: 'sma-cross', fast: 50, slowRatio: 4, stopAtr: 6 } },
    { name: 'sma-trailing', parameters: { ...DEFAULTS, variant: 'sma-cross', trailingRatio: 1.5 } },
    { name: 'quick-ema', parameters: { ...DEFAULTS, fast: 8, slowRatio: 2.75, minAdx: 25, targetRatio: 3 } },
  ],
  build(parameters) {
    const read = (name: string): number => Number(parameters[name]);
    const protection = protectionOf(parameters);
    const { side } = protection;
    const kind = parameters['variant'] === 'ema-adx' ? 'ema' : 'sma';
    const fast = line(kind, { period: read('fast') });
    const slow = line(kind, { period: Math.round(read('fast') * read('slowRatio')) });
    const crossing = directed(side, fast, 'crosses-above', slow);
    const trending: Rule = {
      left: line('adx', { period: read('adxPeriod') }, 'adx'),
      op: '>=',
      right: level(read('minAdx')),
    };
    return {
      family: 'trend-following',
      entry: kind === 'ema' ? { all: [crossing, trending] } : crossing,
      exit: directed(side, fast, 'crosses-below', slow),
      ...protection,
    };
  },
};

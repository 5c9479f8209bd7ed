import { type Rule } from '../spec.ts';
import { type Operand } from '../../indicators/operand.ts';
import { type FamilyDefinition } from './family.ts';
import { type FamilyParameters, type ParameterRange } from './parameter-range.ts';
import { DEFAULT_PROTECTION, PROTECTION_RANGES, protectionOf } from './protection.ts';
import { directed, level, line, price } from './rule-words.ts';
import { type PositionSide } from '../../market/side.ts';

const ranges: readonly ParameterRange[] = [
  { name: 'variant', choices: ['donchian', 'keltner'] },
  { name: 'period', min: 10, max: 200, step: 5 },
  { name: 'exitPeriod', min: 5, max: 100, step: 5, when: { parameter: 'variant', oneOf: ['donchian'] } },
  { name: 'multiple', min: 1, max: 4, step: 0.25, when: { parameter: 'variant', oneOf: ['keltner'] } },
  { name: 'volumePeriod', min: 10, max: 100, step: 10 },
  { name: 'volumeMultiple', min: 0, max: 3, step: 0.25 },
  ...PROTECTION_RANGES,
];

const DEFAULTS: FamilyParameters = {
  variant: 'donchian',
  period: 50,
  exitPeriod: 20,
  multiple: 2,
  volumePeriod: 20,
  volumeMultiple: 1.5,
  ...DEFAULT_PROTECTION,
  targetRatio: 0,
  trailingRatio: 1,
};

/**
 * Breakout: a market that leaves its range tends to continue. Enter when the close leaves the channel, optionally on
 * high volume; exit when it falls back.
 */
export const breakout: FamilyDefinition = {
  family: 'breakout',
  parameters: ranges,
  templates: [
    { name: 'donchian-with-volume', parameters: DEFAULTS },
    { name: 'long-donchian', parameters: { ...DEFAULTS, period: 100, exitPeriod: 50, volumeMultiple: 0 } },
    { name: 'keltner', parameters: { ...DEFAULTS, variant: 'keltner', period: 20 } },
    { name: 'keltner-with-target', parameters: { ...DEFAULTS, variant: 'keltner', targetRatio: 3, trailingRatio: 0 } },
  ],
  build(parameters) {
    const protection = protectionOf(parameters);
    const { side } = protection;
    const { edge, retreat } = channel(parameters, side);
    const volumeMultiple = Number(parameters['volumeMultiple']);
    const volume: Rule = {
      left: line('relative-volume', { period: Number(parameters['volumePeriod']) }),
      op: '>=',
      right: level(volumeMultiple),
    };
    return {
      family: 'breakout',
      entry: { all: [directed(side, price('close'), '>', edge), ...(volumeMultiple > 0 ? [volume] : [])] },
      exit: directed(side, price('close'), '<', retreat),
      ...protection,
    };
  },
};

/** Returns the channel line that the close must cross, and the line that ends the trade. */
function channel(
  parameters: FamilyParameters,
  side: PositionSide,
): { readonly edge: Operand; readonly retreat: Operand } {
  const read = (name: string): number => Number(parameters[name]);
  const [ahead, behind] = side === 'long' ? ['upper', 'lower'] : ['lower', 'upper'];
  if (parameters['variant'] === 'keltner') {
    const params = { period: read('period'), atrPeriod: 14, multiple: read('multiple') };
    return { edge: line('keltner', params, ahead), retreat: line('keltner', params, 'middle') };
  }
  return {
    edge: line('donchian', { period: read('period') }, ahead),
    retreat: line('donchian', { period: read('exitPeriod') }, behind),
  };
}

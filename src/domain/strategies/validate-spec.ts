import { MAX_PERIOD } from '../indicators/registry.ts';
import { fieldsOf, numberAt, textAt, wholeNumberAt, type Fields } from './spec-fields.ts';
import { validateCondition } from './validate-condition.ts';
import { SpecError } from './spec-error.ts';
import { SPEC_FAMILIES, type StrategySpec } from './spec.ts';
import { POSITION_SIDES } from '../market/side.ts';

const MAX_HOLD_BARS = 1_000_000;
const MAX_ATR_MULTIPLE = 100;

/**
 * The same value, known to be a spec that can be evaluated and means something. Strict: a field that no rule of the
 * engine reads is refused, since it would be ignored.
 * @throws SpecError at the first field that is wrong.
 */
export function validateSpec(value: unknown): StrategySpec {
  const spec = fieldsOf(value, '', {
    required: ['family', 'side', 'entry', 'stop', 'sizing'],
    optional: ['exit', 'target', 'trailing', 'maxHoldBars'],
  });
  textAt(spec, 'family', '', SPEC_FAMILIES);
  const side = textAt(spec, 'side', '', POSITION_SIDES);
  validateCondition(spec['entry'], 'entry');
  if (spec['exit'] !== undefined) validateCondition(spec['exit'], 'exit');
  validateDistance(spec['stop'], 'stop', 1);
  // A short's target below zero can never be reached; a long's may be any distance away.
  if (spec['target'] !== undefined) validateDistance(spec['target'], 'target', side === 'short' ? 1 : 100);
  if (spec['trailing'] !== undefined) validateDistance(spec['trailing'], 'trailing', 1);
  if (spec['maxHoldBars'] !== undefined) wholeNumberAt(spec, 'maxHoldBars', '', 1, MAX_HOLD_BARS);
  validateSizing(spec['sizing']);
  return value as StrategySpec;
}

/** @param below percent distances must be less than this fraction of the price. */
function validateDistance(value: unknown, path: string, below: number): void {
  const kind = kindOf(value, path, ['percent', 'atr']);
  if (kind === 'percent') {
    const distance = fieldsOf(value, path, { required: ['kind', 'value'] });
    positiveAt(distance, 'value', path);
    if (numberAt(distance, 'value', path) >= below) {
      throw new SpecError(`${path}.value`, `must be below ${below}: it is a fraction of the price, 0.02 is 2 %`);
    }
    return;
  }
  const distance = fieldsOf(value, path, { required: ['kind', 'period', 'multiple'] });
  wholeNumberAt(distance, 'period', path, 1, MAX_PERIOD);
  positiveAt(distance, 'multiple', path);
  if (numberAt(distance, 'multiple', path) > MAX_ATR_MULTIPLE) {
    throw new SpecError(`${path}.multiple`, `must be at most ${MAX_ATR_MULTIPLE}`);
  }
}

function validateSizing(value: unknown): void {
  const path = 'sizing';
  const kind = kindOf(value, path, ['fraction', 'volatility']);
  if (kind === 'fraction') {
    shareAt(fieldsOf(value, path, { required: ['kind', 'fraction'] }), 'fraction', path);
    return;
  }
  const sizing = fieldsOf(value, path, { required: ['kind', 'period', 'risk', 'cap'] });
  wholeNumberAt(sizing, 'period', path, 1, MAX_PERIOD);
  shareAt(sizing, 'risk', path);
  shareAt(sizing, 'cap', path);
}

function kindOf(value: unknown, path: string, kinds: readonly string[]): string {
  const open = typeof value === 'object' && value !== null && 'kind' in value ? { kind: value.kind } : value;
  return textAt(fieldsOf(open, path, { required: ['kind'] }), 'kind', path, kinds);
}

function positiveAt(fields: Fields, name: string, path: string): void {
  const value = numberAt(fields, name, path);
  if (value <= 0) throw new SpecError(`${path}.${name}`, `${value} must be above zero`);
}

function shareAt(fields: Fields, name: string, path: string): void {
  const value = numberAt(fields, name, path);
  if (!(value > 0 && value <= 1)) {
    throw new SpecError(`${path}.${name}`, `${value} must be a share of equity above 0 and at most 1`);
  }
}

import { type Unit } from '../indicators/indicator.ts';
import { INDICATORS } from '../indicators/registry.ts';
import { POSITION_SIDES } from '../market/side.ts';
import { SPEC_FAMILIES, type StrategySpec } from './spec.ts';
import { PRICE_FIELDS, type PriceField } from '../indicators/operand.ts';

/**
 * The grammar of a strategy spec: all fields with their types and bounds. Validation, the schemas of the contracts, the
 * JSON Schema and the tables of docs/strategy-spec.md read these tables; no bound of a spec is defined elsewhere.
 * Bounds of indicator parameters come from the registry.
 */

export interface NumberRange {
  readonly type: 'number';
  /** Inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** Exclusive. */
  readonly above?: number;
  readonly below?: number;
  readonly whole?: boolean;
  /** What the number means or why it is bounded; shown in error messages and documents. */
  readonly meaning: string;
}

/** One of several objects, distinguished by the field `kind`; all other fields are numbers. */
export interface Variants {
  readonly type: 'variants';
  readonly of: Readonly<Record<string, Readonly<Record<string, NumberRange>>>>;
}

export type Shape =
  | NumberRange
  | Variants
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'condition' }
  | { readonly type: 'by-side'; readonly of: Readonly<Record<StrategySpec['side'], Variants>> };

export interface SpecField {
  readonly shape: Shape;
  readonly optional?: true;
  readonly meaning: string;
}

const [ATR_PERIOD] = INDICATORS['atr']!.params;
const atrPeriod: NumberRange = {
  type: 'number',
  min: ATR_PERIOD!.min,
  max: ATR_PERIOD!.max,
  whole: true,
  meaning: 'bars of the ATR',
};
const share: NumberRange = { type: 'number', above: 0, max: 1, meaning: 'a share of equity, 0.1 is 10 %' };

/** Percent distances must be below these fractions of the price. A short's target at zero or below can never be reached. */
export const PERCENT_BELOW = { stop: 1, trailing: 1, target: { long: 100, short: 1 } } as const;

const distance = (below: number): Variants => ({
  type: 'variants',
  of: {
    percent: {
      value: { type: 'number', above: 0, below, meaning: 'a fraction of the price, 0.02 is 2 %' },
    },
    atr: {
      period: atrPeriod,
      multiple: { type: 'number', above: 0, max: 100, meaning: 'how many ATRs at the bar of the signal' },
    },
  },
});

/** Fields in the order of validation. */
export const SPEC_FIELDS: Readonly<Record<keyof StrategySpec, SpecField>> = {
  family: {
    shape: { type: 'choice', of: SPEC_FAMILIES },
    meaning: 'where the idea comes from; has no effect on trading',
  },
  side: { shape: { type: 'choice', of: POSITION_SIDES }, meaning: 'direction of every position' },
  entry: { shape: { type: 'condition' }, meaning: 'opens a position where it holds and none is open' },
  exit: { shape: { type: 'condition' }, optional: true, meaning: 'closes the position where it holds' },
  stop: { shape: distance(PERCENT_BELOW.stop), meaning: 'stop loss, against the position' },
  target: {
    shape: {
      type: 'by-side',
      of: { long: distance(PERCENT_BELOW.target.long), short: distance(PERCENT_BELOW.target.short) },
    },
    optional: true,
    meaning: 'take profit, in favour of the position',
  },
  trailing: {
    shape: distance(PERCENT_BELOW.trailing),
    optional: true,
    meaning: 'stop that follows the best price since the entry',
  },
  maxHoldBars: {
    shape: { type: 'number', min: 1, max: 1_000_000, whole: true, meaning: 'bars' },
    optional: true,
    meaning: 'time exit: a position that has lived through this many bars is closed at the next open',
  },
  sizing: {
    shape: {
      type: 'variants',
      of: { fraction: { fraction: share }, volatility: { period: atrPeriod, risk: share, cap: share } },
    },
    meaning: 'share of equity that one trade commits',
  },
};

/** Fields that combine conditions. */
export const GROUPS = ['all', 'any'] as const;
/** Depth 0 is the condition of a spec, depth 1 the members of its group. */
export const MAX_DEPTH = 8;

export const RULE = { required: ['left', 'op', 'right'] } as const;

/** Operands by their distinguishing field. */
export const OPERANDS = {
  indicator: { required: ['indicator', 'params'], optional: ['output'] },
  field: { required: ['field'] },
  value: { required: ['value'] },
} as const;

/** Units of the candle columns. */
export const FIELD_UNITS = Object.fromEntries(
  PRICE_FIELDS.map((field) => [field, field === 'volume' ? 'volume' : 'price']),
) as Readonly<Record<PriceField, Unit>>;

const anyNumber: NumberRange = { type: 'number', meaning: 'any number' };
const neverNegative: NumberRange = { type: 'number', min: 0, meaning: 'the line is never negative' };

/**
 * Constants that a line of each unit may be compared with; with others a rule would hold always or never. A text gives
 * the reason why no constant is allowed.
 */
export const CONSTANTS: Readonly<Record<Unit, NumberRange | string>> = {
  price: {
    type: 'number',
    above: 0,
    meaning: 'a price is always above zero: compare with a level or another price',
  },
  'price-difference': anyNumber,
  oscillator: { type: 'number', min: 0, max: 100, meaning: 'the line moves between 0 and 100' },
  'percent-change': anyNumber,
  deviations: anyNumber,
  volume: { ...neverNegative, meaning: 'volume is never negative' },
  multiple: neverNegative,
  'volume-total': 'where a running total stands depends on where the candles begin: compare it with its average',
};

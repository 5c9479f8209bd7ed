import { type Operand } from '../indicators/operand.ts';
import { type PositionSide } from '../market/side.ts';

/** Strategy spec: rules and parameters that decide entries and exits. Plain data, never mutated. */

/** Strategy families with parameters to explore. */
export const FAMILIES = ['momentum', 'mean-reversion', 'breakout', 'trend-following'] as const;
export type Family = (typeof FAMILIES)[number];

/** Origin of a spec: a family, or an imported genome, which has no parameters to explore. */
export const SPEC_FAMILIES = [...FAMILIES, 'imported'] as const;
export type SpecFamily = (typeof SPEC_FAMILIES)[number];

export const COMPARISONS = ['>', '<', '>=', '<=', 'crosses-above', 'crosses-below'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Rule {
  readonly left: Operand;
  readonly op: Comparison;
  readonly right: Operand;
}

export type Condition = Rule | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] };

/** Distance from the entry fill price: a fraction of it, or a multiple of the ATR at the signal bar. */
export type Distance =
  | { readonly kind: 'percent'; readonly value: number }
  | { readonly kind: 'atr'; readonly period: number; readonly multiple: number };

/**
 * Share of equity committed to one trade, entry fee included. `volatility` scales it so that one ATR costs `risk` of
 * equity, up to `cap`.
 */
export type Sizing =
  | { readonly kind: 'fraction'; readonly fraction: number }
  | { readonly kind: 'volatility'; readonly period: number; readonly risk: number; readonly cap: number };

export interface StrategySpec {
  readonly family: SpecFamily;
  readonly side: PositionSide;
  readonly entry: Condition;
  readonly exit?: Condition;
  readonly stop: Distance;
  readonly target?: Distance;
  readonly trailing?: Distance;
  /** A position is closed at the next open after this many bars. */
  readonly maxHoldBars?: number;
  readonly sizing: Sizing;
}

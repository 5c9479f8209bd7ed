import {
  GENOME_FIELDS,
  GENOME_INDICATORS,
  GENOME_PERIODS,
  type Genome,
  type GenomeField,
  type GenomeIndicator,
  type GenomePeriod,
  type GenomeRule,
  type GenomeSide,
} from './genome.ts';
import { type PositionSide } from '../../market/side.ts';

/** The workers read only this many rules, the first ones. */
export const MAX_RULES = 3;

export const PARAM_DEFAULTS = { sl_pct: 0.05, tp_pct: 0.1, size_pct: 0.1, max_positions: 1, leverage: 1 } as const;

/** `unknown`: a name or period that the workers do not know; they compare with the constant 0. */
export type EncodedOperand =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'indicator'; readonly indicator: GenomeIndicator; readonly period: GenomePeriod }
  | { readonly kind: 'field'; readonly field: GenomeField }
  | { readonly kind: 'unknown'; readonly key: 'indicator' | 'period' | 'field' };

export interface EncodedRule {
  readonly left: EncodedOperand;
  /** `left > right`, else `left < right`. */
  readonly isAbove: boolean;
  readonly right: EncodedOperand;
}

/** A genome prepared for the engine: only the first rules, defaults filled in, limits applied. */
export interface EncodedGenome {
  readonly rules: readonly EncodedRule[];
  /** Fractions of the entry price. */
  readonly stop: number;
  readonly target: number;
  /** Fraction of the free balance, 0.05..0.3. */
  readonly size: number;
  readonly maxPositions: 1 | 2;
  readonly side: PositionSide;
  /** 1..10. */
  readonly leverage: number;
}

/** Encodes a genome like the workers (docs/coordinator-protocol.md#genomes). */
export function encodeGenome({ entry_rules, params }: Genome): EncodedGenome {
  return {
    rules: entry_rules.slice(0, MAX_RULES).map(encodeRule),
    stop: params.sl_pct ?? PARAM_DEFAULTS.sl_pct,
    target: params.tp_pct ?? PARAM_DEFAULTS.tp_pct,
    size: Math.min(Math.max(params.size_pct ?? PARAM_DEFAULTS.size_pct, 0.05), 0.3),
    maxPositions: Math.trunc(params.max_positions ?? PARAM_DEFAULTS.max_positions) >= 2 ? 2 : 1,
    side: params.direction === 'SHORT' ? 'short' : 'long',
    leverage: Math.min(Math.max(params.leverage ?? PARAM_DEFAULTS.leverage, 1), 10),
  };
}

function encodeRule({ left, op, right }: GenomeRule): EncodedRule {
  return { left: encodeSide(left), isAbove: op === '>', right: encodeSide(right) };
}

function encodeSide(side: GenomeSide): EncodedOperand {
  if (side === null || typeof side === 'number') return { kind: 'constant', value: side ?? 0 };
  if (side.value !== undefined) return { kind: 'constant', value: side.value };
  if (side.indicator !== undefined) {
    const indicator = GENOME_INDICATORS.find((name) => name === side.indicator);
    if (!indicator) return { kind: 'unknown', key: 'indicator' };
    const period = GENOME_PERIODS.find((bars) => bars === (side.period ?? 14));
    return period ? { kind: 'indicator', indicator, period } : { kind: 'unknown', key: 'period' };
  }
  const field = GENOME_FIELDS.find((name) => name === side.field);
  return field ? { kind: 'field', field } : { kind: 'unknown', key: 'field' };
}

/**
 * Genome: a strategy as the existing Python workers write it, keys as on the wire (docs/coordinator-protocol.md#genomes).
 * All rules must hold; there are no exit rules. Keys that no worker reads may be there and are kept.
 */

export const GENOME_INDICATORS = ['RSI', 'SMA', 'EMA', 'VOLSMA'] as const;
export type GenomeIndicator = (typeof GENOME_INDICATORS)[number];

/** Bars. Any other period is the constant 0 to the workers. */
export const GENOME_PERIODS = [10, 14, 20, 50, 100, 200] as const;
export type GenomePeriod = (typeof GENOME_PERIODS)[number];

export const GENOME_FIELDS = ['close', 'high', 'low', 'volume'] as const;
export type GenomeField = (typeof GENOME_FIELDS)[number];

/** One side of a rule. Of several keys the first of value, indicator, field counts; anything else than an object is a number. */
export type GenomeSide =
  | {
      readonly value?: number;
      readonly indicator?: string;
      /** 14 where absent. */
      readonly period?: number;
      readonly field?: string;
    }
  | number
  | null;

export interface GenomeRule {
  readonly left: GenomeSide;
  /** '>', or anything else for '<'. */
  readonly op: string;
  readonly right: GenomeSide;
}

/** Fractions of price and balance; every one has a default (`encodeGenome`). */
export interface GenomeParams {
  readonly sl_pct?: number;
  readonly tp_pct?: number;
  readonly size_pct?: number;
  readonly max_positions?: number;
  /** 'SHORT', or anything else for long. */
  readonly direction?: unknown;
  readonly leverage?: number;
  readonly [unread: string]: unknown;
}

export interface Genome {
  readonly entry_rules: readonly GenomeRule[];
  readonly params: GenomeParams;
}

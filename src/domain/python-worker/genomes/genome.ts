/**
 * Genome: a strategy in the format of the Python workers, keys as on the wire (docs/coordinator-protocol.md#genomes).
 * All entry rules must hold; there are no exit rules. Keys that no worker reads are allowed and kept.
 */

export const GENOME_INDICATORS = ['RSI', 'SMA', 'EMA', 'VOLSMA'] as const;
export type GenomeIndicator = (typeof GENOME_INDICATORS)[number];

/** Bars. The workers read any other period as the constant 0. */
export const GENOME_PERIODS = [10, 14, 20, 50, 100, 200] as const;
export type GenomePeriod = (typeof GENOME_PERIODS)[number];

export const GENOME_FIELDS = ['close', 'high', 'low', 'volume'] as const;
export type GenomeField = (typeof GENOME_FIELDS)[number];

/**
 * One side of a rule. The first of `value`, `indicator` and `field` that is present counts. Anything but an object is a
 * number.
 */
export type GenomeSide =
  | {
      readonly value?: number;
      readonly indicator?: string;
      /** Default 14. */
      readonly period?: number;
      readonly field?: string;
    }
  | number
  | null;

export interface GenomeRule {
  readonly left: GenomeSide;
  /** '>'; any other value means '<'. */
  readonly op: string;
  readonly right: GenomeSide;
}

/** Fractions of price and balance. Every field has a default (`encodeGenome`). */
export interface GenomeParams {
  readonly sl_pct?: number;
  readonly tp_pct?: number;
  readonly size_pct?: number;
  readonly max_positions?: number;
  /** 'SHORT'; any other value means long. */
  readonly direction?: unknown;
  readonly leverage?: number;
  readonly [unread: string]: unknown;
}

export interface Genome {
  readonly entry_rules: readonly GenomeRule[];
  readonly params: GenomeParams;
}

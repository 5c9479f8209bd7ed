import { sha256 } from '../identity/sha256.ts';
import { notAnnualised } from '../statistics/sharpe.ts';
import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

/** Result of a search for one spec. */
export interface SearchResult {
  /** Quote currency, on the initial cash. */
  readonly pnl: number;
  readonly trades: number;
  readonly wins: number;
  /** Annualised; null when undefined, and by our rules for fewer than 30 days. */
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
}

/** Doubles per packed result. */
export const FIGURES = 5;

/** Packed results of a search: `FIGURES` doubles per spec, NaN for undefined. Threads share it without copying. */
export type SearchFigures = Float64Array;

export function packFigures(into: SearchFigures, index: number, metrics: TrialMetrics, initialCash: number): void {
  // An annualised figure needs enough days (docs/simulation-rules.md rule 14).
  const sharpe = notAnnualised(metrics.dailyReturns.length) === null ? metrics.sharpe : null;
  packResult(into, index, { ...metrics, sharpe, pnl: metrics.totalReturn * initialCash });
}

export function packResult(into: SearchFigures, index: number, result: SearchResult): void {
  const at = index * FIGURES;
  into[at] = result.pnl;
  into[at + 1] = result.trades;
  into[at + 2] = result.wins;
  into[at + 3] = result.sharpe ?? NaN;
  into[at + 4] = result.maxDrawdown;
}

export function unpackFigures(figures: SearchFigures, index: number): SearchResult {
  const at = index * FIGURES;
  const sharpe = figures[at + 3]!;
  return {
    pnl: figures[at]!,
    trades: figures[at + 1]!,
    wins: figures[at + 2]!,
    sharpe: Number.isNaN(sharpe) ? null : sharpe,
    maxDrawdown: figures[at + 4]!,
  };
}

/**
 * SHA-256 over all results in spec order. It must be equal for any number of threads; a difference means that something
 * is not deterministic.
 */
export function searchHash(figures: SearchFigures): string {
  const bytes = new DataView(new ArrayBuffer(8 * figures.length));
  // Normalise NaN: its bit pattern differs between machines.
  figures.forEach((value, i) => bytes.setFloat64(8 * i, Number.isNaN(value) ? NaN : value, true));
  return sha256(new Uint8Array(bytes.buffer));
}

import { type EncodedGenome } from '../genomes/encode-genome.ts';
import { type WorkerDataset } from './dataset.ts';
import { runFast } from './fast-engine.ts';
import { type EngineWindow } from './engine-result.ts';
import { meanOf, roundTo } from './rounding.ts';
import { type WorkerTerms } from './terms.ts';

/**
 * A worker's walk-forward result on the training frame (docs/coordinator-protocol.md#the-search). Dollars of a $500
 * account.
 */
export interface WalkForward {
  /** Mean of the windows, 2 decimals. */
  readonly pnl: number;
  readonly trades: number;
  /** Of all trades, percent, 2 decimals. */
  readonly winPercent: number;
  /** Mean of the windows, 4 decimals. */
  readonly sharpe: number;
  /** The worst of the windows, 4 decimals. */
  readonly maxDrawdown: number;
  /** Share of windows with a profit, 2 decimals. */
  readonly consistency: number;
  /** Standard deviation of the windows' pnl / |mean|; 0 for a mean of 0, 10 for a mean within 1e-6 of 0. */
  readonly variation: number;
}

const WINDOWS = 5;
/** Shorter windows are skipped. */
const LEAST_BARS = 50;

/** Walk-forward windows of a frame: they overlap, and the last one is shorter. */
export function walkForwardWindows(length: number): readonly EngineWindow[] {
  return Array.from({ length: WINDOWS }, (_, fold) => {
    const from = Math.trunc(length * (0.5 + 0.1 * fold));
    return { from, to: Math.min(from + Math.trunc(0.15 * length), length) };
  }).filter(({ from, to }) => to - from > LEAST_BARS);
}

/** Runs the genome on each window separately; nothing is trained. */
export function walkForward(dataset: WorkerDataset, genome: EncodedGenome, terms: WorkerTerms): WalkForward {
  const results = walkForwardWindows(dataset.length).map((window) => runFast(dataset, genome, terms, window));
  const pnls = results.map(({ pnl }) => pnl);
  const trades = results.reduce((sum, result) => sum + result.trades, 0);
  const wins = results.reduce((sum, result) => sum + result.wins, 0);
  return {
    pnl: roundTo(meanOf(pnls), 2),
    trades,
    winPercent: trades > 0 ? roundTo((100 * wins) / trades, 2) : 0,
    sharpe: roundTo(meanOf(results.map(({ sharpe }) => sharpe)), 4),
    maxDrawdown: roundTo(Math.max(0, ...results.map(({ maxDrawdown }) => maxDrawdown)), 4),
    consistency: results.length > 0 ? roundTo(pnls.filter((pnl) => pnl > 0).length / results.length, 2) : 0,
    variation: variationOf(pnls),
  };
}

function variationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  if (mean === 0) return 0;
  if (Math.abs(mean) <= 1e-6) return 10;
  return Math.abs(Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) / mean);
}

/**
 * Fitness of the workers' search. The bonus for trades outweighs the rest, so its winners cluster at 100 trades.
 * @param rules number of rules of the genome, including those beyond the third.
 */
export function fitnessOf(
  { pnl, trades, sharpe, maxDrawdown, consistency, variation }: WalkForward,
  rules: number,
): number {
  return (
    pnl +
    (consistency > 0.6 ? 100 : -200) -
    50 * Math.min(variation, 5) +
    (sharpe > 0 && trades > 0 ? 30 * Math.min(sharpe, 5) : 0) -
    15 * rules -
    (maxDrawdown > 0.02 ? 200 * maxDrawdown : 0) +
    (trades < 10 ? -300 : 5 * Math.min(trades, 100) - 2 * Math.max(0, trades - 100))
  );
}

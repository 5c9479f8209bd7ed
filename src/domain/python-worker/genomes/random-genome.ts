import { type Rng } from '../../random/rng.ts';
import { GENOME_INDICATORS, GENOME_PERIODS, type Genome, type GenomeRule, type GenomeSide } from './genome.ts';

const RSI_LEVELS = [20, 25, 30, 35, 40, 45, 55, 60, 65, 70, 75, 80] as const;
const LEVERAGES = [1, 2, 3, 5, 10] as const;
const CROSS_SHARE = 0.3;
const UNREAD = {
  trailing_stop_pct: [0, 0.01, 0.015, 0.02, 0.025, 0.03],
  breakeven_after: [0, 0.01, 0.015, 0.02],
  timeframe: ['1m', '5m', '15m'],
} as const;

export interface GenomeRange {
  readonly marketType: 'SPOT' | 'FUTURES';
  /** Futures only. */
  readonly maxLeverage: number;
}

/**
 * Draws a random genome like the workers: one to three rules, the same ranges and probabilities
 * (docs/coordinator-protocol.md#genomes). Spot genomes are long without leverage.
 */
export function randomGenome(rng: Rng, { marketType, maxLeverage }: GenomeRange): Genome {
  const isFutures = marketType === 'FUTURES';
  return {
    entry_rules: Array.from({ length: rng.integer(1, 3) }, () => randomRule(rng)),
    params: {
      sl_pct: between(rng, 0.01, 0.05),
      tp_pct: between(rng, 0.02, 0.1),
      size_pct: between(rng, 0.05, 0.5),
      max_positions: rng.integer(1, 3),
      trailing_stop_pct: rng.pick(UNREAD.trailing_stop_pct),
      breakeven_after: rng.pick(UNREAD.breakeven_after),
      timeframe: rng.pick(UNREAD.timeframe),
      direction: isFutures ? rng.pick(['LONG', 'SHORT']) : 'LONG',
      leverage: isFutures ? rng.pick(LEVERAGES.filter((leverage) => leverage <= Math.max(1, maxLeverage))) : 1,
    },
  };
}

/** Draws one random rule. */
export function randomRule(rng: Rng): GenomeRule {
  const indicator = rng.pick(GENOME_INDICATORS);
  const op = rng.pick(['>', '<']);
  const line = (period: number = rng.pick(GENOME_PERIODS)): GenomeSide => ({ indicator, period });
  if (indicator === 'RSI') return { left: line(), op, right: { value: rng.pick(RSI_LEVELS) } };
  if (indicator === 'VOLSMA') return { left: { field: 'volume' }, op, right: line() };
  if (rng.next() >= CROSS_SHARE) return { left: { field: 'close' }, op, right: line() };
  const fast = rng.integer(0, GENOME_PERIODS.length - 2);
  const slow = rng.integer(fast + 1, GENOME_PERIODS.length - 1);
  return { left: line(GENOME_PERIODS[fast]), op, right: line(GENOME_PERIODS[slow]) };
}

const between = (rng: Rng, min: number, max: number): number => min + (max - min) * rng.next();

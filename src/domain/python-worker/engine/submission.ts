import { encodeGenome } from '../genomes/encode-genome.ts';
import { type Genome } from '../genomes/genome.ts';
import { sliceColumns, type WorkerColumns } from './columns.ts';
import { createWorkerDataset, type WorkerDataset } from './dataset.ts';
import { runFast } from './fast-engine.ts';
import { roundTo } from './rounding.ts';
import { termsOf, type MarketType, type WorkerTerms } from './terms.ts';
import { walkForward, type WalkForward } from './walk-forward.ts';

/**
 * Result that a worker submits for its best genome (docs/coordinator-protocol.md#the-search), without worker name, unit
 * and time.
 */
export interface Submission {
  /** Dollars of a 500-dollar account. */
  readonly pnl: number;
  readonly trades: number;
  /** Fraction; values of at most 1 % stay in percent, as the Python workers send them. */
  readonly win_rate: number;
  readonly sharpe_ratio: number;
  readonly max_drawdown: number;
  /** The genome as JSON text. */
  readonly strategy_genome: string;
  readonly oos_pnl: number;
  readonly oos_trades: number;
  readonly oos_win_rate: number;
  readonly oos_sharpe: number;
  readonly oos_max_dd: number;
  readonly oos_degradation: number;
  readonly robustness_score: number;
  readonly is_overfitted: boolean;
  readonly actual_candles: number;
  readonly train_candles: number;
  readonly test_candles: number;
}

/** The candles of a work unit, split: the search sees only `train`; the best genome is then run on `test`. */
export interface UnitFrames {
  readonly train: WorkerDataset;
  readonly trainTerms: WorkerTerms;
  readonly test: WorkerDataset;
  readonly testTerms: WorkerTerms;
}

const TRAIN_SHARE = 0.9;
/** Shorter holdouts are not run. */
const LEAST_HOLDOUT = 100;
/** Profit reported for a holdout without trades. */
const NO_TRADES = -10_000;

/** @param maxCandles number of most recent candles used; 0 for all. */
export function unitFrames(candles: WorkerColumns, marketType: MarketType, maxCandles = 0): UnitFrames {
  const all = candles.time.length;
  const columns = maxCandles > 0 && maxCandles < all ? sliceColumns(candles, all - maxCandles, all) : candles;
  const bars = columns.time.length;
  const cut = Math.trunc(bars * TRAIN_SHARE);
  const [train, test] = [sliceColumns(columns, 0, cut), sliceColumns(columns, cut, bars)];
  return {
    train: createWorkerDataset(train),
    trainTerms: termsOf(marketType, train.time),
    test: createWorkerDataset(test),
    testTerms: termsOf(marketType, test.time),
  };
}

/** Computes what the newest Python worker submits when `genome` is its best. */
export function submissionOf(frames: UnitFrames, genome: Genome): Submission {
  const encoded = encodeGenome(genome);
  const found = walkForward(frames.train, encoded, frames.trainTerms);
  const { length } = frames.test;
  const holdout = holdoutOf(frames, genome);
  const degradation = found.pnl > 0 ? Number((1 - holdout.pnl / found.pnl).toFixed(4)) : 1;
  return {
    pnl: found.pnl,
    trades: found.trades,
    win_rate: rateOf(found.winPercent),
    sharpe_ratio: found.sharpe,
    max_drawdown: found.maxDrawdown,
    strategy_genome: JSON.stringify(genome),
    oos_pnl: holdout.pnl,
    oos_trades: holdout.trades,
    oos_win_rate: rateOf(holdout.winPercent),
    oos_sharpe: holdout.sharpe,
    oos_max_dd: holdout.maxDrawdown,
    oos_degradation: degradation,
    robustness_score: robustnessOf(found, holdout, degradation),
    is_overfitted: holdout.pnl < 0 || degradation > 0.5 || found.consistency < 0.4,
    actual_candles: frames.train.length + length,
    train_candles: frames.train.length,
    test_candles: length,
  };
}

type Holdout = Pick<WalkForward, 'pnl' | 'trades' | 'winPercent' | 'sharpe' | 'maxDrawdown'>;

function holdoutOf({ test, testTerms }: UnitFrames, genome: Genome): Holdout {
  if (test.length < LEAST_HOLDOUT) return { pnl: 0, trades: 0, winPercent: 0, sharpe: 0, maxDrawdown: 0 };
  const result = runFast(test, encodeGenome(genome), testTerms, { from: 0, to: test.length });
  return {
    pnl: result.trades === 0 ? NO_TRADES : roundTo(result.pnl, 2),
    trades: result.trades,
    winPercent: result.trades === 0 ? 0 : roundTo((100 * result.wins) / result.trades, 2),
    sharpe: roundTo(result.sharpe, 4),
    maxDrawdown: roundTo(result.maxDrawdown, 4),
  };
}

/** Percent to fraction, 4 decimals; values of at most 1 % stay unchanged. */
const rateOf = (percent: number): number => (percent > 1 ? roundTo(percent / 100, 4) : percent);

function robustnessOf(found: WalkForward, holdout: Holdout, degradation: number): number {
  return (
    (holdout.pnl > 0 ? 20 : 0) +
    (found.consistency >= 0.6 ? 25 : 0) +
    (degradation < 0.35 ? 20 : 0) +
    (holdout.trades >= 10 ? 15 : 0) +
    (holdout.sharpe > 0 ? 10 : 0) +
    (found.pnl > 0 ? 10 : 0)
  );
}

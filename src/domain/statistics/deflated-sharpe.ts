import { AppError } from '../errors.ts';
import { variance } from './moments.ts';
import { inverseNormalCdf } from './normal-distribution.ts';
import { probabilisticSharpe } from './probabilistic-sharpe.ts';

const EULER_MASCHERONI = 0.577_215_664_901_532_9;

/**
 * The Sharpe ratio that the best of `trials` worthless strategies is expected to show, in the unit of the square root of
 * `sharpeVariance`, the variance of the trials' Sharpe ratios: Bailey and Lopez de Prado (2014), "The deflated Sharpe
 * ratio". One trial has no luck of the draw: 0.
 */
export function expectedMaximumSharpe(trials: number, sharpeVariance: number): number {
  if (!(trials >= 1) || !(sharpeVariance >= 0)) {
    throw new AppError('internal', `${trials} trials with variance ${sharpeVariance}: at least one, and not negative`);
  }
  if (trials === 1) return 0;
  const best = (share: number): number => inverseNormalCdf(1 - share / trials);
  return Math.sqrt(sharpeVariance) * ((1 - EULER_MASCHERONI) * best(1) + EULER_MASCHERONI * best(1 / Math.E));
}

/**
 * Probability that the true Sharpe ratio is above what luck alone would show among all trials.
 * @param trialSharpes Sharpe ratios per period of every trial, this one included. Null when undefined.
 */
export function deflatedSharpe(returns: readonly number[], trialSharpes: readonly number[]): number | null {
  const spread = trialSharpes.length > 1 ? variance(trialSharpes) : 0;
  return probabilisticSharpe(returns, expectedMaximumSharpe(Math.max(1, trialSharpes.length), spread));
}

import { AppError } from '../errors.ts';
import { variance } from './moments.ts';
import { inverseNormalCdf } from './normal-distribution.ts';
import { probabilisticSharpe } from './probabilistic-sharpe.ts';

const EULER_MASCHERONI = 0.577_215_664_901_532_9;

/**
 * Expected maximum Sharpe ratio of `trials` strategies without skill, given the variance of the trials' Sharpe ratios:
 * Bailey and Lopez de Prado (2014), "The deflated Sharpe ratio". 0 for one trial.
 * @throws AppError `internal` for fewer than one trial or a negative variance.
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
 * Probability that the true Sharpe ratio exceeds the expected maximum of all trials by luck alone. Null when undefined.
 * @param trialSharpes Sharpe ratios per period of all trials, including this one.
 */
export function deflatedSharpe(returns: readonly number[], trialSharpes: readonly number[]): number | null {
  const spread = trialSharpes.length > 1 ? variance(trialSharpes) : 0;
  return probabilisticSharpe(returns, expectedMaximumSharpe(Math.max(1, trialSharpes.length), spread));
}

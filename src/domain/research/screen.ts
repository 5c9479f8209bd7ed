import { type Trial } from './trial.ts';
import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

export interface ScreenRules {
  /** Trials with fewer trades are rejected as not significant. */
  readonly minTrades: number;
  readonly candidates: number;
}

export interface ScreenOutcome {
  /** Best first. */
  readonly candidates: readonly Trial[];
  readonly rejected: readonly { readonly trial: Trial; readonly reason: string }[];
}

/** Reason to reject a trial before the parameter search, or null. */
function faultOf(metrics: TrialMetrics, rules: ScreenRules): string | null {
  if (metrics.error !== undefined) return `could not be evaluated: ${metrics.error}`;
  if (metrics.trades < rules.minTrades) return `${metrics.trades} trades in sample, ${rules.minTrades} are needed`;
  if (metrics.sharpe === null) return 'Sharpe ratio in sample is undefined';
  if (!(metrics.totalReturn > 0)) return `loses ${(-metrics.totalReturn * 100).toFixed(1)} % in sample after fees`;
  return null;
}

/** Sorts by Sharpe ratio, then hash and market, so that the order does not depend on which trial finished first. */
function byMerit(a: Trial, b: Trial): number {
  const [keyA, keyB] = [`${a.strategyHash}/${a.symbol}`, `${b.strategyHash}/${b.symbol}`];
  return (b.metrics.sharpe ?? 0) - (a.metrics.sharpe ?? 0) || (keyA < keyB ? -1 : 1);
}

/** Selects the in-sample trials that go on to optimisation; rejects all others with a reason. */
export function screen(trials: readonly Trial[], rules: ScreenRules): ScreenOutcome {
  const rejected: { trial: Trial; reason: string }[] = [];
  const fit: Trial[] = [];
  for (const trial of trials) {
    const fault = faultOf(trial.metrics, rules);
    if (fault === null) fit.push(trial);
    else rejected.push({ trial, reason: fault });
  }
  fit.sort(byMerit);
  for (const trial of fit.slice(rules.candidates)) {
    rejected.push({
      trial,
      reason: `Sharpe ratio ${trial.metrics.sharpe?.toFixed(2)} in sample ranks below the first ${rules.candidates}`,
    });
  }
  return { candidates: fit.slice(0, rules.candidates), rejected };
}

/** The trial to use after a training window: the best with enough trades, or the best of all when none has enough. */
export function chooseOnTraining(trials: readonly Trial[], minTrades: number): Trial | null {
  const valid = trials.filter((trial) => trial.metrics.error === undefined);
  const enough = valid.filter((trial) => trial.metrics.trades >= minTrades);
  return [...(enough.length > 0 ? enough : valid)].sort(byMerit)[0] ?? null;
}

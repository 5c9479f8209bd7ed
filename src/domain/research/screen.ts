import { type Trial } from './trial.ts';
import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

export interface ScreenRules {
  /** Fewer trades say nothing. */
  readonly minTrades: number;
  readonly candidates: number;
}

export interface ScreenOutcome {
  /** Best first. */
  readonly candidates: readonly Trial[];
  readonly rejected: readonly { readonly trial: Trial; readonly reason: string }[];
}

/** Why a trial does not deserve a parameter search, or null. */
function faultOf(metrics: TrialMetrics, rules: ScreenRules): string | null {
  if (metrics.error !== undefined) return `could not be evaluated: ${metrics.error}`;
  if (metrics.trades < rules.minTrades) return `${metrics.trades} trades in sample, ${rules.minTrades} are needed`;
  if (metrics.sharpe === null) return 'Sharpe ratio in sample is undefined';
  if (!(metrics.totalReturn > 0)) return `loses ${(-metrics.totalReturn * 100).toFixed(1)} % in sample after fees`;
  return null;
}

/** Sharpe ratio first; hash and market last, so that the order never depends on who was faster. */
function byMerit(a: Trial, b: Trial): number {
  const [keyA, keyB] = [`${a.strategyHash}/${a.symbol}`, `${b.strategyHash}/${b.symbol}`];
  return (b.metrics.sharpe ?? 0) - (a.metrics.sharpe ?? 0) || (keyA < keyB ? -1 : 1);
}

/** Picks what goes on to optimisation from trials in sample; everything else is rejected with its reason. */
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

/** The trial to go forward with from a training window: the best that traded enough, or the best of all when none did. */
export function chooseOnTraining(trials: readonly Trial[], minTrades: number): Trial | null {
  const valid = trials.filter((trial) => trial.metrics.error === undefined);
  const enough = valid.filter((trial) => trial.metrics.trades >= minTrades);
  return [...(enough.length > 0 ? enough : valid)].sort(byMerit)[0] ?? null;
}

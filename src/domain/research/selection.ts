import { correlation } from '../statistics/correlation.ts';
import { deflatedSharpe } from '../statistics/deflated-sharpe.ts';
import { probabilisticSharpe, sharpeSample } from '../statistics/probabilistic-sharpe.ts';
import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';

/** Gates of config/agents.yaml; all metrics are out of sample. */
export interface SelectionRules {
  readonly active: {
    readonly minTrades: number;
    readonly minDeflatedSharpe: number;
    readonly maxDrawdown: number;
    readonly minProfitFactor: number;
    /** Share of test windows with a profit. */
    readonly minPositiveFolds: number;
  };
  readonly incubating: {
    readonly minTrades: number;
    readonly minProbabilisticSharpe: number;
    readonly maxDrawdown: number;
  };
  /** Least number of daily returns out of sample: from fewer, a Sharpe ratio and its probability say nothing. */
  readonly minDays: number;
  readonly maxCorrelation: number;
  readonly maxActive: number;
  readonly maxIncubating: number;
}

export interface SelectionCandidate {
  /** Hash of the spec that would trade. */
  readonly hash: string;
  readonly symbol: string;
  readonly outOfSample: TrialMetrics;
  readonly foldReturns: readonly number[];
}

export interface SelectionOutcome {
  readonly candidate: SelectionCandidate;
  readonly decision: 'active' | 'incubating' | 'rejected';
  /**
   * Probability that the true Sharpe ratio is above zero (probabilistic) and above the luck of the best of all tries
   * (deflated).
   */
  readonly probabilisticSharpe: number | null;
  readonly deflatedSharpe: number | null;
  readonly reason: string;
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
const figure = (value: number | null): string => (value === null ? 'undefined' : value.toFixed(2));

/** Texts of the failed tests; empty when the gate is passed. */
const failures = (tests: readonly (readonly [passes: boolean, text: string])[]): readonly string[] =>
  tests.flatMap(([passes, text]) => (passes ? [] : [text]));

function activeFaults(
  { outOfSample: m, foldReturns }: SelectionCandidate,
  dsr: number | null,
  rules: SelectionRules['active'],
): readonly string[] {
  const positive = foldReturns.filter((r) => r > 0).length / Math.max(1, foldReturns.length);
  return failures([
    [m.trades >= rules.minTrades, `${m.trades} trades, ${rules.minTrades} are needed`],
    [m.totalReturn > 0, `return ${percent(m.totalReturn)}`],
    [dsr !== null && dsr >= rules.minDeflatedSharpe, `deflated Sharpe ${figure(dsr)} below ${rules.minDeflatedSharpe}`],
    [m.maxDrawdown <= rules.maxDrawdown, `drawdown ${percent(m.maxDrawdown)} above ${percent(rules.maxDrawdown)}`],
    [
      m.profitFactor === null ? m.grossProfit > 0 : m.profitFactor >= rules.minProfitFactor,
      `profit factor ${figure(m.profitFactor)} below ${rules.minProfitFactor}`,
    ],
    [positive >= rules.minPositiveFolds, `${percent(positive)} of the test windows made money`],
  ]);
}

function incubatingFaults(
  { outOfSample: m }: SelectionCandidate,
  psr: number | null,
  rules: SelectionRules['incubating'],
): readonly string[] {
  return failures([
    [m.trades >= rules.minTrades, `${m.trades} trades, ${rules.minTrades} are needed even to incubate`],
    [m.totalReturn > 0, `return ${percent(m.totalReturn)}`],
    [
      psr !== null && psr >= rules.minProbabilisticSharpe,
      `probabilistic Sharpe ${figure(psr)} below ${rules.minProbabilisticSharpe}`,
    ],
    [m.maxDrawdown <= rules.maxDrawdown, `drawdown ${percent(m.maxDrawdown)} above ${percent(rules.maxDrawdown)}`],
  ]);
}

/**
 * Selects strategies by out-of-sample metrics alone. The deflated Sharpe ratio (Bailey and Lopez de Prado, 2014) is
 * deflated by the number of candidates measured out of sample: the best is chosen among these, and the in-sample trials
 * never saw these windows. Candidates that correlate with a strategy already taken are rejected; `held` gives the daily
 * returns of the strategies that already trade.
 */
export function selectStrategies(
  candidates: readonly SelectionCandidate[],
  held: readonly { readonly name: string; readonly dailyReturns: readonly number[] }[],
  rules: SelectionRules,
): readonly SelectionOutcome[] {
  const sharpes = candidates.map(({ outOfSample }) => sharpeSample(outOfSample.dailyReturns)?.sharpe);
  const judged = candidates
    .map((candidate) => ({
      candidate,
      psr: probabilisticSharpe(candidate.outOfSample.dailyReturns, 0),
      dsr: deflatedSharpe(
        candidate.outOfSample.dailyReturns,
        sharpes.filter((s) => s !== undefined),
      ),
    }))
    .sort((a, b) => (b.psr ?? -1) - (a.psr ?? -1) || (a.candidate.hash < b.candidate.hash ? -1 : 1));

  const taken = [...held];
  const picked = { active: 0, incubating: 0 };
  const seen = new Set<string>();
  return judged.map(({ candidate, psr, dsr }): SelectionOutcome => {
    const outcome = (decision: SelectionOutcome['decision'], reason: string): SelectionOutcome => ({
      candidate,
      decision,
      probabilisticSharpe: psr,
      deflatedSharpe: dsr,
      reason,
    });
    const { outOfSample: m, hash, symbol } = candidate;
    const key = `${hash}/${symbol}`;
    if (m.error !== undefined) return outcome('rejected', `could not be evaluated out of sample: ${m.error}`);
    if (seen.has(key)) return outcome('rejected', 'another candidate was optimised into the same strategy');
    seen.add(key);
    if (m.dailyReturns.length < rules.minDays) {
      return outcome('rejected', `out of sample: ${m.dailyReturns.length} days, ${rules.minDays} are needed`);
    }
    const notActive = activeFaults(candidate, dsr, rules.active);
    const notIncubating = notActive.length > 0 ? incubatingFaults(candidate, psr, rules.incubating) : [];
    if (notIncubating.length > 0) return outcome('rejected', `out of sample: ${notIncubating.join('; ')}`);
    const twin = taken.find((other) => correlated(m.dailyReturns, other.dailyReturns, rules.maxCorrelation));
    if (twin) return outcome('rejected', `correlates more than ${rules.maxCorrelation} with ${twin.name}`);
    const decision = notActive.length === 0 ? 'active' : 'incubating';
    const limit = decision === 'active' ? rules.maxActive : rules.maxIncubating;
    if (picked[decision] >= limit) return outcome('rejected', `ranks below the first ${limit} ${decision} strategies`);
    picked[decision] += 1;
    taken.push({ name: hash.slice(0, 8), dailyReturns: m.dailyReturns });
    const figures = `${m.trades} trades, return ${percent(m.totalReturn)}, Sharpe ${figure(m.sharpe)}, probabilistic Sharpe ${figure(psr)}`;
    return outcome(
      decision,
      decision === 'active'
        ? `passes the gate: ${figures}`
        : `promising (${figures}), not proven: ${notActive.join('; ')}`,
    );
  });
}

/** Compares the last days that both series have. */
function correlated(a: readonly number[], b: readonly number[], limit: number): boolean {
  const days = Math.min(a.length, b.length);
  const value = correlation(a.slice(-days), b.slice(-days));
  return value !== null && value > limit;
}

import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';
import { type TrialMetrics } from '../backtest/metrics/trial-metrics.ts';
import { hashSpec } from '../strategies/hash-spec.ts';
import { type StrategySpec } from '../strategies/spec.ts';
import { type Judgement } from './judge-report.ts';
import { type StrategyParams } from './strategy-params.ts';

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;

const METRICS: Readonly<Record<keyof TrialMetrics, (value: unknown) => boolean>> = {
  trades: isCount,
  wins: isCount,
  totalReturn: isNumber,
  sharpe: isNumberOrNull,
  maxDrawdown: isNumber,
  grossProfit: isNumber,
  grossLoss: isNumber,
  profitFactor: isNumberOrNull,
  exposure: isNumber,
  fees: isNumber,
  ambiguousTrades: isCount,
  dailyReturns: (value) => Array.isArray(value) && value.every(isNumber),
  error: (value) => value === undefined || typeof value === 'string',
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function faultOf(result: unknown, spec: StrategySpec): string | null {
  if (!isObject(result) || !isObject(result['metrics'])) return 'has no metrics';
  if (result['hash'] !== hashSpec(spec)) return 'is not of the spec in this place';
  const { metrics } = result;
  const wrong = Object.entries(METRICS).find(([name, fits]) => !fits(metrics[name]));
  const stray = Object.keys(metrics).find((name) => !Object.hasOwn(METRICS, name));
  const name = wrong?.[0] ?? stray;
  return name === undefined ? null : `metrics.${name} is wrong`;
}

/** Checks that the results of a `specs` unit are complete and well-formed. */
export function judgeSpecResults({ specs }: StrategyParams, results: unknown): Judgement {
  const wanted = specs as readonly StrategySpec[];
  const invalid = (reason: string): Judgement => ({ verdict: 'invalid', reason, version: 'corp' });
  if (!Array.isArray(results) || results.length !== wanted.length) {
    return invalid(`spec_results is not a list of ${wanted.length} results`);
  }
  for (const [i, spec] of wanted.entries()) {
    const fault = faultOf(results[i], spec);
    if (fault !== null) return invalid(`spec_results[${i}] ${fault}`);
  }
  return { verdict: 'accepted', reason: '', version: 'corp' };
}

/** Hash that replicas of a `specs` unit must agree on. */
export function specsDigest(results: unknown): string {
  return sha256(canonicalJson(results));
}

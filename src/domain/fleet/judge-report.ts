import { type FieldName, type Reading, type ReportedFields } from './reported-fields.ts';

/**
 * Worker generation, inferred from the fields of a report (docs/coordinator-protocol.md#python-workers).
 * `root`: the newest. `root-without-numba`: the same file on its slower engine, whose fields have other meanings. `v5`:
 * sends a genome but no holdout fields. `v3`: sends eight fields, four of them constants. `corp`: workers of this
 * project.
 */
export const WORKER_VERSIONS = ['unknown', 'root', 'root-without-numba', 'v5', 'v3', 'corp'] as const;
export type WorkerVersion = (typeof WORKER_VERSIONS)[number];

/** Values that v3.0 to v4.1 send for every strategy. */
const CONSTANTS: Readonly<Partial<ReportedFields>> = {
  trades: 10,
  win_rate: 0.65,
  sharpe_ratio: 1.5,
  max_drawdown: 0.15,
};

/** The engine's profit for a holdout without a trade. USD. */
const NO_TRADE_PNL = -10_000;
/** The engine does not run a holdout with fewer candles. */
const SHORTEST_HOLDOUT = 100;

const isConstant = (fields: ReportedFields): boolean =>
  Object.entries(CONSTANTS).every(([name, value]) => fields[name as FieldName] === value);

/** The figures come from the known engine: the data was split, and the holdout was either run or too short to run. */
function isTrustworthy({ train_candles, test_candles, oos_trades, oos_pnl }: ReportedFields): boolean {
  const heldOut = oos_trades > 0 || oos_pnl === NO_TRADE_PNL || test_candles < SHORTEST_HOLDOUT;
  return train_candles > 0 && test_candles > 0 && heldOut;
}

function versionOf({ fields, sent }: Reading, verdict: Judgement['verdict']): WorkerVersion {
  const has = (name: FieldName): boolean => sent.includes(name);
  if (has('train_candles') && has('oos_trades')) {
    if (verdict === 'accepted') return 'root';
    return fields.oos_trades === 0 && fields.oos_pnl === 0 ? 'root-without-numba' : 'unknown';
  }
  if (has('oos_pnl') || has('robustness_score')) return 'unknown';
  if (has('strategy_genome')) return 'v5';
  return verdict === 'constants' ? 'v3' : 'unknown';
}

export interface Judgement {
  readonly verdict: 'accepted' | 'invalid' | 'constants' | 'untrusted';
  /** Why the report is refused; empty when accepted. */
  readonly reason: string;
  readonly version: WorkerVersion;
}

/** Judges a Python worker's report by its fields alone, independent of its unit. */
export function judgeReport(reading: Reading): Judgement {
  const { fields, fault } = reading;
  const judged = (verdict: Judgement['verdict'], reason: string): Judgement => ({
    verdict,
    reason,
    version: versionOf(reading, verdict),
  });
  if (fault !== null) return judged('invalid', fault);
  if (isConstant(fields)) return judged('constants', 'trades, win rate, Sharpe ratio and drawdown are fixed constants');
  if (!isTrustworthy(fields)) return judged('untrusted', 'no holdout was measured: the figures are of another engine');
  return judged('accepted', '');
}

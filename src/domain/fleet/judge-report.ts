import { type FieldName, type Reading, type ReportedFields } from './reported-fields.ts';

/**
 * Which generation of worker a report comes from, guessed by the fields it sends (docs/coordinator-protocol.md#python-workers).
 * `root`: the newest. `root-without-numba`: the same file on a slower engine that means other things by its figures. `v5`:
 * a genome, but nothing of a holdout. `v3`: eight figures, four of them constants. `corp`: our own.
 */
export const WORKER_VERSIONS = ['unknown', 'root', 'root-without-numba', 'v5', 'v3', 'corp'] as const;
export type WorkerVersion = (typeof WORKER_VERSIONS)[number];

/** What v3.0 to v4.1 send of every strategy. */
const CONSTANTS: Readonly<Partial<ReportedFields>> = {
  trades: 10,
  win_rate: 0.65,
  sharpe_ratio: 1.5,
  max_drawdown: 0.15,
};

/** What the engine answers for a holdout without a trade. USD. */
const NO_TRADE_PNL = -10_000;
/** A holdout shorter than this is not run at all. */
const SHORTEST_HOLDOUT = 100;

const isConstant = (fields: ReportedFields): boolean =>
  Object.entries(CONSTANTS).every(([name, value]) => fields[name as FieldName] === value);

/** The figures come from the engine we know: there was a split, and the holdout was run or too short to be. */
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
  /** Why it is refused; empty when it is not. */
  readonly reason: string;
  readonly version: WorkerVersion;
}

/** Whether a report by an existing worker is evidence, whatever its unit needs. */
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

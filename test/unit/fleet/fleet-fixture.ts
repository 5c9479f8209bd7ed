import { leaseTo, type Asker } from '../../../src/domain/fleet/lease-unit.ts';
import { receive, type Arrival, type Receipt } from '../../../src/domain/fleet/receive-result.ts';
import { type FleetRules, newUnit, type NewUnit, type Unit, UNIT_KINDS } from '../../../src/domain/fleet/unit.ts';
import { hostOf } from '../../../src/domain/fleet/worker-name.ts';

export const T0 = Date.UTC(2025, 0, 1);
export const MINUTE = 60_000;

export const RULES: FleetRules = { leaseMs: 15 * MINUTE, maxExpiries: 5, maxReplicas: 5, distinct: 'workers' };

export const unit = (change: Partial<NewUnit> = {}): Unit =>
  newUnit({ id: 1, kind: 'genetic', deterministic: false, replicas: 2, priority: 5, createdAt: T0, ...change });
/** A unit whose results must agree. */
export const evaluation = (change: Partial<NewUnit> = {}): Unit =>
  unit({ kind: 'evaluate', deterministic: true, ...change });

export const asker = (workerId: string): Asker => ({
  workerId,
  host: hostOf(workerId),
  kinds: new Set(UNIT_KINDS),
  suspendedFor: new Set(),
  askedAt: T0,
});

/** The unit after these workers leased it, all at `now`. */
export const leased = (start: Unit, workers: readonly string[], now = T0, rules = RULES): Unit =>
  workers.reduce((current, workerId) => leaseTo(current, asker(workerId), rules, now), start);

export const arrival = (workerId: string, id: number, change: Partial<Arrival> = {}): Arrival => ({
  workerId,
  id,
  verdict: 'accepted',
  digest: 'same',
  pnl: 10,
  sound: true,
  ...change,
});

export const take = (
  current: Unit,
  workerId: string,
  id: number,
  change: Partial<Arrival> = {},
  now = T0 + MINUTE,
): Receipt<Unit> => receive(current, arrival(workerId, id, change), RULES, now);

/** A report as the newest worker sends it. */
export const ROOT_REPORT = {
  pnl: 120.5,
  trades: 100,
  win_rate: 0.55,
  sharpe_ratio: 2.1,
  max_drawdown: 0.08,
  execution_time: 14.2,
  strategy_genome: '{"entry_rules": [], "params": {"sl_pct": 0.02}}',
  oos_pnl: 100.25,
  oos_trades: 12,
  oos_win_rate: 0.5,
  oos_sharpe: 1.1,
  oos_max_dd: 0.05,
  oos_degradation: 0.168,
  robustness_score: 100,
  is_overfitted: false,
  actual_candles: 50_000,
  train_candles: 45_000,
  test_candles: 5_000,
} as const;

/** The same with another profit, and the figures that follow from it. */
export function rootReport(profit: number) {
  const degradation = Number((1 - ROOT_REPORT.oos_pnl / profit).toFixed(4));
  return {
    ...ROOT_REPORT,
    pnl: profit,
    oos_degradation: degradation,
    robustness_score: degradation < 0.35 ? 100 : 80,
    is_overfitted: degradation > 0.5,
  };
}

const { pnl, execution_time, strategy_genome } = ROOT_REPORT;
/** Values that v3.0 to v4.1 send for every strategy. */
export const V3_REPORT = { pnl, execution_time, trades: 10, win_rate: 0.65, sharpe_ratio: 1.5, max_drawdown: 0.15 };
export const V5_REPORT = {
  pnl: 412.5,
  trades: 42,
  win_rate: 0.6,
  sharpe_ratio: 1.2,
  max_drawdown: 0.3,
  execution_time,
  strategy_genome,
};
export const NO_NUMBA_REPORT = {
  ...ROOT_REPORT,
  oos_pnl: 0,
  oos_trades: 0,
  oos_win_rate: 0,
  oos_sharpe: 0,
  oos_max_dd: 0,
  oos_degradation: 1,
  is_overfitted: true,
};

import { readDataFileName } from '../domain/market/candle-file-name.ts';
import { runningOf, votesOf } from '../domain/fleet/unit.ts';
import { type Worker } from '../domain/fleet/worker.ts';
import { type FleetResult, type FleetUnit } from '../ports/fleet/records.ts';
import { ACTIVE_MS, SHOWN_VERDICTS, shortName } from './summary.ts';

/** What the pages of the Python coordinator read (docs/coordinator-protocol.md#reading-endpoints-and-controls). */

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Activity is counted for each of the last minutes. */
const ACTIVITY_MINUTES = 60;
/** A worker that requested something within this time is at work. */
const AT_WORK_MS = 60_000;
const TIMELINE_RESULTS = 200;
/** USD: the account of the workers' engine. */
const ACCOUNT = 500;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);
const highest = (values: readonly number[]): number => values.reduce((best, value) => Math.max(best, value), 0);
const seconds = (ms: number): number => ms / 1000;

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const fileOf = (unit: FleetUnit | undefined): string => {
  const file = unit?.params['data_file'];
  return typeof file === 'string' ? file : '';
};

export interface RecentWork {
  /** Newest first. */
  readonly results: readonly FleetResult[];
  /** The units of these results. */
  readonly units: ReadonlyMap<number, FleetUnit>;
  readonly now: number;
}

function assetStatistics({ results, units }: RecentWork) {
  const groups = groupBy(results, ({ unitId }) => fileOf(units.get(unitId)));
  return [...groups].map(([data_file, rows]) => {
    const ids = new Set(rows.map(({ unitId }) => unitId));
    const own = [...ids].flatMap((id) => units.get(id) ?? []);
    return {
      asset: readDataFileName(data_file).asset,
      category: own.some(({ params }) => params['market_type'] === 'FUTURES') ? 'Futures' : 'Spot',
      data_file,
      total_wus: own.length,
      completed: own.filter(({ state }) => state === 'completed').length,
      avg_pnl: mean(rows.map(({ pnl }) => pnl)),
      max_pnl: highest(rows.map(({ pnl }) => pnl)),
      total_trades: sum(rows.map(({ trades }) => trades)),
      total_time: sum(rows.map((row) => row.execution_time)),
    };
  });
}

function performanceOf({ results, units }: RecentWork, total: number) {
  const shown = results.filter(({ verdict }) => SHOWN_VERDICTS.includes(verdict));
  const canonical = results.filter(({ id, unitId }) => units.get(unitId)?.canonical === id).length;
  const [newest] = results;
  const oldest = results.at(-1);
  const hours = newest && oldest ? Math.max(1, (newest.submittedAt - oldest.submittedAt) / HOUR_MS) : 1;
  const held = shown.map((row) => row.oos_pnl).filter((pnl) => pnl > -2 * ACCOUNT);
  return {
    total_results: total,
    validated_count: shown.length,
    canonical_count: canonical,
    canonical_rate: results.length === 0 ? 0 : canonical / results.length,
    avg_pnl: mean(results.map(({ pnl }) => pnl)),
    positive_pnl_count: results.filter(({ pnl }) => pnl > 0).length,
    avg_execution_time: mean(results.map((row) => row.execution_time)),
    total_compute_time: sum(results.map((row) => row.execution_time)),
    results_per_hour: results.length / hours,
    last_result_unix: newest ? seconds(newest.submittedAt) : 0,
    simulated_capital: ACCOUNT,
    v2_total: shown.length,
    v2_positive: held.filter((pnl) => pnl > 0).length,
    v2_avg_pnl: mean(held),
    v2_max_pnl: highest(held),
    v2_best: null,
  };
}

/** The part of `GET /api/dashboard_stats` that recent results give; `total` counts all results. */
export function dashboardOf(recent: RecentWork, workers: readonly Worker[], total: number) {
  const { results, units, now } = recent;
  const byHour = groupBy(results, ({ submittedAt }) => String(Math.floor(submittedAt / HOUR_MS)));
  const byWorker = groupBy(results, ({ workerId }) => workerId);
  return {
    asset_stats: assetStatistics(recent),
    completion_timeline: [...byHour]
      .map(([hour, rows]) => ({ hour_unix: seconds(Number(hour) * HOUR_MS), count: rows.length }))
      .sort((a, b) => a.hour_unix - b.hour_unix),
    performance: performanceOf(recent, total),
    pnl_timeline: results.slice(0, TIMELINE_RESULTS).map(({ id, unitId, workerId, pnl, submittedAt }) => ({
      timestamp: seconds(submittedAt),
      pnl,
      work_unit_id: unitId,
      worker_id: workerId,
      is_canonical: units.get(unitId)?.canonical === id,
    })),
    worker_stats: workers.map(({ id, host, lastSeen, completed, executionSeconds }) => ({
      id,
      short_name: shortName(id),
      hostname: host,
      machine: host,
      last_seen: Math.floor(seconds(lastSeen)),
      last_seen_minutes_ago: (now - lastSeen) / MINUTE_MS,
      status: now - lastSeen < ACTIVE_MS ? 'active' : 'inactive',
      work_units_completed: completed,
      total_execution_time: executionSeconds,
      max_pnl: highest((byWorker.get(id) ?? []).map(({ pnl }) => pnl)),
    })),
  };
}

/** `GET /api/parallel_activity`. */
export function activityOf({ results, now }: RecentWork, workers: readonly Worker[], inProgress: readonly FleetUnit[]) {
  const active = workers.filter(({ lastSeen }) => now - lastSeen < AT_WORK_MS);
  const activity = Array.from({ length: ACTIVITY_MINUTES }, () => 0);
  for (const { submittedAt } of results) {
    const minute = Math.floor((now - submittedAt) / MINUTE_MS);
    if (minute >= 0 && minute < ACTIVITY_MINUTES) activity[ACTIVITY_MINUTES - 1 - minute]! += 1;
  }
  return {
    active_workers: active.map(({ id, host, lastSeen }) => ({
      id,
      short_name: shortName(id),
      machine: host,
      last_seen: seconds(lastSeen),
      seconds_ago: seconds(now - lastSeen),
    })),
    activity_timeline: activity,
    in_progress_wus: inProgress.map((unit) => ({
      id: unit.id,
      data_file: fileOf(unit),
      replicas_needed: unit.wanted,
      replicas_assigned: votesOf(unit).length + runningOf(unit).length,
      replicas_completed: votesOf(unit).length,
      workers: runningOf(unit).map(({ workerId }) => workerId),
    })),
    parallelism_level: inProgress.reduce((count, unit) => count + runningOf(unit).length, 0),
    total_active: active.length,
    workers_by_machine: [...groupBy(active, ({ host }) => host)].map(([machine, own]) => ({
      machine,
      count: own.length,
      workers: own.map(({ id }) => id),
    })),
    timestamp: seconds(now),
  };
}

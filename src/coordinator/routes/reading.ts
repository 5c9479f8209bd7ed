import { z } from 'zod';
import { defineRoute, type Route } from '../../http/route.ts';
import { type Clock } from '../../ports/clock.ts';
import { type FleetResult, type FleetUnit } from '../../ports/fleet/records.ts';
import { type FleetStores, type ResultFilter } from '../../ports/fleet/stores.ts';
import { type Fleet } from '../fleet.ts';
import { ACTIVE_MS, SHOWN_VERDICTS, VALIDATION_CRITERIA, type FleetSummary } from '../summary.ts';

const TAG = 'reading';
const MAX_ROWS = 10_000;

const seconds = (ms: number): number => ms / 1000;

/** An invalid limit means the default, a negative one means all rows, as in the Python coordinator. */
const limitOf = (otherwise: number) =>
  z
    .string()
    .optional()
    .catch(undefined)
    .transform((text) => {
      const limit = /^-?\d{1,9}$/.test(text ?? '') ? Number(text) : otherwise;
      return limit < 0 ? MAX_ROWS : Math.min(limit, MAX_ROWS);
    });
const numberText = z
  .string()
  .optional()
  .catch(undefined)
  .transform((text) => (text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text)));

const resultsQuery = z.object({
  limit: limitOf(50),
  overfitted: z.enum(['0', '1']).optional().catch(undefined),
  min_pnl: numberText,
  min_sharpe: numberText,
});

const figuresOf = (result: FleetResult) => ({
  worker_id: result.workerId,
  pnl: result.pnl,
  trades: result.trades,
  win_rate: result.win_rate,
  sharpe_ratio: result.sharpe_ratio,
  max_drawdown: result.max_drawdown,
  execution_time: result.execution_time,
});

export interface ReadingDeps {
  readonly fleet: Pick<Fleet, 'flush'>;
  readonly stores: FleetStores;
  readonly summary: FleetSummary;
  readonly clock: Clock;
}

/** Read-only routes of the Python coordinator, for dashboards and workers. */
export function readingRoutes({ fleet, stores, summary, clock }: ReadingDeps): readonly Route[] {
  const { units, results, workers } = stores;

  const unitsOf = async (rows: readonly FleetResult[]): Promise<ReadonlyMap<number, FleetUnit>> => {
    const found = await units.getMany([...new Set(rows.map(({ unitId }) => unitId))]);
    return new Map(found.map((unit) => [unit.id, unit]));
  };

  interface Row {
    readonly result: FleetResult;
    readonly unit: FleetUnit;
  }

  /** Only the unit knows which of its sound results is canonical, so this reads rows until enough of them are. */
  async function canonicalRows(limit: number, filter: Omit<ResultFilter, 'limit'>): Promise<readonly Row[]> {
    if (limit === 0) return [];
    for (let read = 2 * limit; ; read *= 2) {
      const found = await results.best({ ...filter, verdicts: SHOWN_VERDICTS, sound: true, limit: read });
      const known = await unitsOf(found);
      const rows = found.flatMap((result): readonly Row[] => {
        const unit = known.get(result.unitId);
        return unit?.canonical === result.id ? [{ result, unit }] : [];
      });
      if (rows.length >= limit || found.length < read) return rows.slice(0, limit);
    }
  }

  async function totals() {
    const { total, completed, pending, in_progress } = await summary.units();
    return { total, completed, pending, in_progress };
  }

  return [
    defineRoute({
      method: 'get',
      path: '/api/status',
      tag: TAG,
      summary: 'Status of the fleet',
      needs: 'store',
      async handle() {
        const [work_units, active, best_strategy] = await Promise.all([
          totals(),
          summary.activeWorkers(),
          summary.bestStrategy(),
        ]);
        return {
          work_units,
          workers: { active },
          best_strategy,
          validation_criteria: VALIDATION_CRITERIA,
          timestamp: seconds(clock.now()),
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/workers',
      tag: TAG,
      summary: 'All workers that have requested work',
      needs: 'store',
      async handle() {
        await fleet.flush();
        const now = clock.now();
        const rows = await workers.list();
        return {
          workers: rows.map(({ id, host, platform, lastSeen, completed, executionSeconds }) => ({
            id,
            hostname: host,
            platform,
            last_seen: seconds(lastSeen),
            last_seen_minutes_ago: (now - lastSeen) / 60_000,
            work_units_completed: completed,
            total_execution_time: executionSeconds,
            status: now - lastSeen < ACTIVE_MS ? 'active' : 'inactive',
          })),
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/results',
      tag: TAG,
      summary: 'Canonical results of units, the best out of sample first',
      query: resultsQuery,
      needs: 'store',
      async handle({ query: { limit, overfitted, min_pnl: minPnl, min_sharpe: minSharpe } }) {
        const rows = await canonicalRows(limit, {
          ...(overfitted !== undefined && { overfitted: overfitted === '1' }),
          ...(minPnl !== undefined && { minPnl }),
          ...(minSharpe !== undefined && { minSharpe }),
        });
        return {
          count: rows.length,
          results: rows.map(({ result, unit }) => ({
            work_id: result.unitId,
            ...figuresOf(result),
            is_canonical: true,
            is_overfitted: result.is_overfitted,
            oos_pnl: result.oos_pnl,
            oos_trades: result.oos_trades,
            oos_degradation: result.oos_degradation,
            robustness_score: result.robustness_score,
            strategy_params: unit.params,
          })),
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/results/all',
      tag: TAG,
      summary: 'All results of units, newest first',
      query: z.object({ limit: limitOf(100) }),
      needs: 'store',
      async handle({ query: { limit } }) {
        const rows = limit === 0 ? [] : await results.newest(limit);
        const known = await unitsOf(rows);
        return {
          results: rows.map((result) => ({
            id: result.id,
            work_unit_id: result.unitId,
            ...figuresOf(result),
            submitted_at: seconds(result.submittedAt),
            validated: result.verdict === 'accepted' ? 1 : 0,
            is_canonical: known.get(result.unitId)?.canonical === result.id ? 1 : 0,
            strategy_params: known.get(result.unitId)?.params ?? {},
          })),
        };
      },
    }),
  ];
}

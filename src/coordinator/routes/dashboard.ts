import { defineRoute, type Route } from '../../http/route.ts';
import { isQuarantined } from '../../domain/fleet/worker.ts';
import { type Clock } from '../../ports/clock.ts';
import { type FleetStores } from '../../ports/fleet/stores.ts';
import { activityOf, dashboardOf, type RecentWork } from '../dashboard.ts';
import { type Fleet } from '../fleet.ts';
import { type FleetSummary } from '../summary.ts';

const TAG = 'reading';
/** Averages and timelines are of the newest results: a database of years is not read for every poll. */
const RECENT_RESULTS = 2_000;
const RECENT_FRESH_MS = 15_000;
const MOST_IN_PROGRESS = 200;
/** The Python coordinator's gate for an élite genome, and the most that it keeps. */
const ELITE = { overfitted: false, minRobustness: 50, minOosPnl: 100, limit: 100 };

export interface DashboardDeps {
  readonly fleet: Pick<Fleet, 'flush'>;
  readonly stores: FleetStores;
  readonly summary: FleetSummary;
  readonly clock: Clock;
}

/** What the pages of the Python coordinator poll, and ours. */
export function dashboardRoutes({ fleet, stores, summary, clock }: DashboardDeps): readonly Route[] {
  const { units, results, workers } = stores;
  let known: { readonly at: number; readonly work: Promise<Omit<RecentWork, 'now'>> } | null = null;

  async function readRecent(): Promise<Omit<RecentWork, 'now'>> {
    const newest = await results.newest(RECENT_RESULTS);
    const found = await units.getMany([...new Set(newest.map(({ unitId }) => unitId))]);
    return { results: newest, units: new Map(found.map((unit) => [unit.id, unit])) };
  }

  async function recent(): Promise<RecentWork> {
    const now = clock.now();
    if (known === null || now - known.at >= RECENT_FRESH_MS) {
      const work = readRecent();
      const reading = { at: now, work };
      known = reading;
      // A failed query is not cached.
      work.catch(() => {
        if (known === reading) known = null;
      });
    }
    return { ...(await known.work), now };
  }

  return [
    defineRoute({
      method: 'get',
      path: '/api/dashboard_stats',
      tag: TAG,
      summary: 'Counts for a dashboard; averages and timelines are of the newest results',
      needs: 'store',
      async handle() {
        await fleet.flush();
        const [work_units, active, best_strategy, verdicts, rows, elites, work] = await Promise.all([
          summary.units(),
          summary.activeWorkers(),
          summary.bestStrategy(),
          results.counts(),
          workers.list(),
          results.best({ ...ELITE, verdicts: ['accepted', 'imported'] }),
          recent(),
        ]);
        const total = Object.values(verdicts).reduce((a, b) => a + b, 0);
        return {
          ...dashboardOf(work, rows, total),
          work_units,
          workers: {
            total_registered: rows.length,
            total: rows.length,
            active,
            quarantined: rows.filter(isQuarantined).length,
            suspect: rows.filter(({ suspectOver }) => suspectOver.length > 0).length,
          },
          results: { total, ...verdicts },
          elite_count: elites.length,
          total_execution_time: rows.reduce((sum, { executionSeconds }) => sum + executionSeconds, 0),
          best_strategy,
          timestamp: clock.now() / 1000,
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/parallel_activity',
      tag: TAG,
      summary: 'Workers at work and units in progress',
      needs: 'store',
      async handle() {
        const [rows, inProgress, work] = await Promise.all([
          workers.list(),
          units.list({ state: 'in_progress', limit: MOST_IN_PROGRESS }),
          recent(),
        ]);
        return activityOf(work, rows, inProgress);
      },
    }),
  ];
}

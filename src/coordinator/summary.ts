import { type ResultVerdict, type UnitState } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetResult, type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores, type ResultFilter } from '../ports/fleet/stores.ts';
import { readDataFileName } from '../domain/market/candle-file-name.ts';
import { type Fleet } from './fleet.ts';

/** A worker seen within this window counts as active: Python workers send no heartbeat. */
export const ACTIVE_MS = 300_000;
/** Maximum cache age: changes by other coordinators are visible after it, changes by this one at once. */
const FRESH_MS = 2_000;

/** Results whose units name the files that workers have. */
const FILES_OF_RESULTS = 2_000;
const FILES_FRESH_MS = 15_000;

/** Validation criteria as the Python coordinator reports them, for its clients. Ours are in canonical-result.ts. */
export const VALIDATION_CRITERIA = {
  min_trades: 20,
  min_win_rate: 0.4,
  max_win_rate: 0.75,
  min_sharpe: 1.5,
  max_sharpe: 10,
  max_drawdown: 0.5,
  min_backtest_days: 7,
  max_overfit_score: 0.3,
} as const;

/** Results whose figures are shown as results of units. */
export const SHOWN_VERDICTS: readonly ResultVerdict[] = ['accepted', 'imported'];

const ACCEPTED: ResultFilter = {
  verdicts: SHOWN_VERDICTS,
  verifications: ['unverified', 'verified'],
  overfitted: false,
  minOosPnl: Number.MIN_VALUE,
  limit: 1,
};
const PROVEN: ResultFilter = {
  ...ACCEPTED,
  minRobustness: 50,
  minTrades: VALIDATION_CRITERIA.min_trades,
  winRates: [VALIDATION_CRITERIA.min_win_rate, VALIDATION_CRITERIA.max_win_rate],
  maxDrawdown: VALIDATION_CRITERIA.max_drawdown,
  maxPnl: 2000,
};
const PROMISING: ResultFilter = { ...ACCEPTED, minTrades: 10 };

export interface UnitTotals {
  readonly total: number;
  readonly completed: number;
  readonly pending: number;
  readonly in_progress: number;
}

function totalsOf(counts: Readonly<Record<UnitState, number>>): UnitTotals {
  const { pending, in_progress, completed } = counts;
  return { total: Object.values(counts).reduce((a, b) => a + b, 0), completed, pending, in_progress };
}

/** `studio.local_Darwin_W3` -> `studio_W3` */
export const shortName = (workerId: string): string =>
  workerId.replace(/\.local/g, '').replace(/_(Darwin|Linux|Windows)/, '');

/** Same form as in the Python coordinator: `pnl` is the out-of-sample profit. */
function strategyOf(result: FleetResult, unit: FleetUnit | null, isProven: boolean) {
  const params = unit?.params ?? {};
  const file = readDataFileName(params['data_file']);
  return {
    pnl: result.oos_pnl,
    train_pnl: result.pnl,
    trades: result.trades,
    win_rate: result.win_rate,
    sharpe_ratio: result.sharpe_ratio,
    max_drawdown: result.max_drawdown,
    execution_time: result.execution_time,
    work_unit_id: result.unitId,
    worker_id: result.workerId,
    is_canonical: unit?.canonical === result.id,
    is_validated: isProven,
    asset: file.asset,
    timeframe: file.timeframe,
    risk_level: params['risk_level'] ?? 'MEDIUM',
    data_file: params['data_file'] ?? '',
    backtest_days: file.candlesPerDay > 0 ? result.actual_candles / file.candlesPerDay : 0,
    result_id: result.id,
    worker_short: shortName(result.workerId),
    max_candles: params['max_candles'] ?? 0,
    actual_candles: result.actual_candles,
    candles_per_day: file.candlesPerDay,
    oos_pnl: result.oos_pnl,
    oos_trades: result.oos_trades,
    oos_degradation: result.oos_degradation,
    robustness_score: result.robustness_score,
    is_overfitted: result.is_overfitted,
  };
}

export interface FleetSummary {
  units(): Promise<UnitTotals & Readonly<Record<UnitState, number>>>;
  activeWorkers(): Promise<number>;
  bestStrategy(): Promise<ReturnType<typeof strategyOf> | null>;
  /** Candle files of the newest results: workers have them. Some seconds old. */
  reportedFiles(): Promise<ReadonlySet<unknown>>;
}

/** Counts and the best strategy. Cached, because dashboards poll. */
export function createFleetSummary(
  { units, results, workers }: FleetStores,
  fleet: Pick<Fleet, 'changes'>,
  clock: Clock,
): FleetSummary {
  /** `maxAge` without `fleet.changes()`: for what changes of this process need not show at once. */
  function cached<T>(look: () => Promise<T>, maxAge?: number): () => Promise<T> {
    let seen: Promise<T> | null = null;
    let at = -Infinity;
    let changes = -1;
    return async () => {
      const now = clock.now();
      const isFresh = maxAge === undefined ? now - at < FRESH_MS && changes === fleet.changes() : now - at < maxAge;
      if (seen !== null && isFresh) return seen;
      at = now;
      changes = fleet.changes();
      const looking = look();
      seen = looking;
      // A failed query is not cached.
      looking.catch(() => {
        if (seen === looking) seen = null;
      });
      return looking;
    };
  }

  async function best() {
    for (const [filter, isProven] of [
      [PROVEN, true],
      [PROMISING, false],
    ] as const) {
      const [found] = await results.best(filter);
      if (found) return strategyOf(found, await units.get(found.unitId), isProven);
    }
    return null;
  }

  return {
    units: cached(async () => {
      const counts = await units.counts();
      return { ...counts, ...totalsOf(counts) };
    }),
    activeWorkers: cached(async () => {
      const since = clock.now() - ACTIVE_MS;
      return (await workers.list()).filter(({ lastSeen }) => lastSeen > since).length;
    }),
    bestStrategy: cached(best),
    reportedFiles: cached(async () => {
      const newest = await results.newest(FILES_OF_RESULTS);
      const found = await units.getMany([...new Set(newest.map(({ unitId }) => unitId))]);
      return new Set(found.map(({ params }) => params['data_file']));
    }, FILES_FRESH_MS),
  };
}

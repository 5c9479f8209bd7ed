import { WORKER_VERSIONS } from '../../../domain/fleet/judge-report.ts';
import { RESULT_VERDICTS } from '../../../domain/fleet/unit.ts';
import { AppError } from '../../../domain/errors.ts';
import { type FleetResult, type ResultToCount, VERIFICATIONS } from '../../../ports/fleet/records.ts';
import { type FleetResultStore, type ResultFilter } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { createGroupCommit } from '../group-commit.ts';
import { flag, json, number, numberOrNull, oneOf, text, textOrNull } from '../fields.ts';
import { type Filter } from '../table.ts';
import { countBy } from './count-by.ts';

function filterOf(filter: Omit<ResultFilter, 'limit'>): Filter {
  const { sound, verdicts, verifications, overfitted, minPnl, minSharpe, minOosPnl, minTrades, minRobustness } = filter;
  const { maxPnl, maxDrawdown, winRates } = filter;
  const range = (least?: number, most?: number): Filter | undefined =>
    least === undefined && most === undefined
      ? undefined
      : { ...(least !== undefined && { $gte: least }), ...(most !== undefined && { $lte: most }) };
  return {
    sound,
    verdict: verdicts && { $in: [...verdicts] },
    verification: verifications && { $in: [...verifications] },
    is_overfitted: overfitted,
    pnl: range(minPnl, maxPnl),
    sharpe_ratio: range(minSharpe),
    oos_pnl: range(minOosPnl),
    trades: range(minTrades),
    robustness_score: range(minRobustness),
    max_drawdown: range(undefined, maxDrawdown),
    $or: winRates && [{ win_rate: 0 }, { win_rate: range(...winRates) }],
  };
}

const TO_COUNT = [
  'key',
  'unitId',
  'verdict',
  'generation',
  'submittedAt',
  'execution_time',
  'tallied',
] as const satisfies readonly (keyof ResultToCount)[];

export function createFleetResultStore(database: Database): FleetResultStore {
  const results = database.table<FleetResult>({
    collection: 'fleetResults',
    key: ({ key }) => key,
    fields: {
      key: text,
      id: number,
      unitId: number,
      workerId: text,
      replica: number,
      submittedAt: number,
      verdict: oneOf(RESULT_VERDICTS),
      reason: text,
      digest: text,
      sound: flag,
      generation: oneOf(WORKER_VERSIONS),
      specResults: json,
      tallied: flag,
      hasGenome: flag,
      lot: number,
      verification: oneOf(VERIFICATIONS),
      verifiedAt: numberOrNull,
      verificationNote: text,
      pnl: number,
      trades: number,
      win_rate: number,
      sharpe_ratio: number,
      max_drawdown: number,
      execution_time: number,
      strategy_genome: textOrNull,
      oos_pnl: number,
      oos_trades: number,
      oos_win_rate: number,
      oos_sharpe: number,
      oos_max_dd: number,
      oos_degradation: number,
      robustness_score: number,
      is_overfitted: flag,
      cv_folds: number,
      cv_avg_pnl: number,
      cv_consistency: number,
      cv_is_consistent: flag,
      actual_candles: number,
      train_candles: number,
      test_candles: number,
    },
    unique: { id: 1 },
    indexes: [
      { unitId: 1 },
      { workerId: 1, verdict: 1 },
      { tallied: 1, submittedAt: 1 },
      { submittedAt: -1 },
      { verdict: 1, oos_pnl: -1 },
      { verification: 1, verdict: 1, lot: 1 },
    ],
  });

  const add = createGroupCommit(async (rows: readonly FleetResult[]): Promise<readonly FleetResult[]> => {
    if ((await results.insert(rows)) === rows.length) return rows;
    const stored = new Map((await results.getMany(rows.map(({ key }) => key))).map((row) => [row.key, row]));
    return rows.map((row) => {
      const found = stored.get(row.key);
      if (found) return found;
      throw new AppError('not-found', `result '${row.key}' was removed concurrently`);
    });
  });
  /** Each call asks for the results of one worker; concurrent calls share one query. */
  const toCount = createGroupCommit(async (asked: readonly (readonly string[])[]) => {
    const found = await results.pick({ _id: { $in: [...new Set(asked.flat())] } }, {}, TO_COUNT);
    const rows = new Map(found.map((row) => [row.key, row]));
    return asked.map((keys) => keys.flatMap((key) => rows.get(key) ?? []));
  });
  const markTallied = createGroupCommit(async (counted: readonly (readonly string[])[]) => {
    await results.changeAll(counted.flat(), { tallied: true });
    return counted.map(() => undefined);
  });

  return {
    add,
    async get(id) {
      const [found] = await results.find({ id }, {}, { limit: 1 });
      return found ?? null;
    },
    toCount,
    ofUnit: (unitId) => results.find({ unitId }, { submittedAt: 1, id: 1 }),
    newest: (limit) => results.find({}, { submittedAt: -1, id: -1 }, { limit }),
    best: ({ limit, ...filter }) => results.find(filterOf(filter), { oos_pnl: -1, id: 1 }, { limit }),
    async setVerdict(key, { verdict, replica }) {
      await results.change(key, {}, { verdict, replica });
    },
    markTallied,
    untallied: (before, limit) =>
      results.find({ tallied: false, submittedAt: { $lt: before } }, { submittedAt: 1, id: 1 }, { limit }),
    async unitsWith(workerId, verdicts) {
      const rows = await results.pick({ workerId, verdict: { $in: [...verdicts] } }, { unitId: 1 }, ['unitId']);
      return [...new Set(rows.map(({ unitId }) => unitId))];
    },
    toVerify: ({ share, unitIds, limit }) =>
      results.find(
        {
          verification: 'unverified',
          verdict: 'accepted',
          hasGenome: true,
          ...(share < 1 && { lot: { $lt: share } }),
          unitId: unitIds && { $in: [...unitIds] },
        },
        { submittedAt: 1, id: 1 },
        { limit },
      ),
    async setVerification(id, { verification, note, at }) {
      const [found] = await results.pick({ id }, {}, ['key'], { limit: 1 });
      if (!found) return false;
      const outcome = { verification, verificationNote: note, verifiedAt: at };
      return results.change(found.key, { verification: 'unverified' }, outcome);
    },
    counts: () => countBy(RESULT_VERDICTS, (verdict) => results.count({ verdict })),
  };
}

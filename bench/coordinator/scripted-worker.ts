import { requestOnce } from './request-once.ts';

/** A worker as the coordinator sees one. It requests a unit and reports at once, with invented but well-formed figures. */
export interface ScriptedWorker {
  readonly id: string;
  readonly generation: 'root' | 'v5' | 'v3';
}

/** Milliseconds of each request. */
export interface PairTime {
  readonly getWorkMs: number;
  readonly submitMs: number;
}

interface Work {
  readonly work_id: number | null;
  readonly strategy_params?: { readonly population_size?: number };
}

const GENOME = JSON.stringify({
  entry_rules: [{ left: { indicator: 'RSI', period: 14 }, op: '<', right: { value: 30 } }],
  params: { sl_pct: 0.02, tp_pct: 0.05, size_pct: 0.1, max_positions: 1, direction: 'LONG', leverage: 1 },
});

/** Deterministic results are a function of the unit only; results of a search also depend on the worker. */
function reportOf({ id, generation }: ScriptedWorker, unitId: number, isSearch: boolean): object {
  const own = isSearch ? [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 50 : 0;
  const pnl = (unitId % 400) + own + 0.25;
  const basic = { work_id: unitId, worker_id: id, pnl, execution_time: 12.5 };
  if (generation === 'v3') return { ...basic, trades: 10, win_rate: 0.65, sharpe_ratio: 1.5, max_drawdown: 0.15 };
  const figures = {
    ...basic,
    trades: 100,
    win_rate: 0.5,
    sharpe_ratio: 2.125,
    max_drawdown: 0.08,
    strategy_genome: GENOME,
  };
  if (generation === 'v5') return figures;
  return {
    ...figures,
    oos_pnl: pnl * 0.75,
    oos_trades: 12,
    oos_win_rate: 0.5,
    oos_sharpe: 1.5,
    oos_max_dd: 0.0625,
    oos_degradation: 0.25,
    robustness_score: 100,
    is_overfitted: false,
    actual_candles: 50_000,
    train_candles: 45_000,
    test_candles: 5_000,
  };
}

/** One get_work and, if it returned a unit, one submit; null without a unit. */
export async function workOnce(url: string, worker: ScriptedWorker): Promise<PairTime | null> {
  const startedAt = performance.now();
  const { work_id: unitId, strategy_params: params } = (await requestOnce(
    `${url}/api/get_work?worker_id=${encodeURIComponent(worker.id)}`,
  )) as Work;
  const gotAt = performance.now();
  if (unitId === null) return null;
  await requestOnce(`${url}/api/submit_result`, reportOf(worker, unitId, params?.population_size !== 1));
  return { getWorkMs: gotAt - startedAt, submitMs: performance.now() - gotAt };
}

export interface Filling {
  /** Prefix of the keys of the units. */
  readonly name: string;
  readonly units: number;
  readonly replicas: number;
}

/** Creates units in batches, searches and single genomes alternately. */
export async function fillCoordinator(url: string, { name, units, replicas }: Filling): Promise<void> {
  const BATCH = 500;
  const seed = JSON.parse(GENOME) as object;
  const params = { data_file: 'BTC-USD_FIVE_MINUTE.csv', max_candles: 50_000, market_type: 'SPOT' };
  for (let from = 0; from < units; from += BATCH) {
    const work_units = Array.from({ length: Math.min(BATCH, units - from) }, (_, i) => ({
      key: `${name}-${from + i}`,
      replicas,
      ...(i % 2 === 0
        ? { kind: 'genetic', strategy_params: { ...params, population_size: 100, generations: 80 } }
        : { kind: 'evaluate', strategy_params: { ...params, seed_genomes: [seed] } }),
    }));
    const { work_units: answers } = (await requestOnce(`${url}/api/work_units/batch`, { work_units })) as {
      work_units: readonly { readonly created?: boolean }[];
    };
    if (!answers.every(({ created }) => created === true)) throw new Error('the coordinator refused a unit');
  }
}

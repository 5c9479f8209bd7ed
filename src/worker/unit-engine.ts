import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type CandleColumns } from '../domain/market/candle-columns.ts';
import { type WorkerData } from '../ports/worker-data.ts';
import { type UnitReport, type WorkerEngine } from '../ports/worker-engine.ts';

/** The engine itself, off the event loop: what a worker reports of a unit over these candles. Rejects when the signal aborts. */
export type ExecuteUnit = (
  params: StrategyParams,
  candles: CandleColumns,
  seed: number,
  signal: AbortSignal,
) => Promise<UnitReport>;

export interface UnitEngineDeps {
  readonly data: WorkerData;
  /** Null where it is not part of the build: then nothing is possible, and says so. */
  readonly execute: ExecuteUnit | null;
  readonly close?: () => Promise<void>;
}

const ABSENT = 'the engine of the existing workers is not part of this build';
/** Fewer rows are skipped by the existing workers (coordinator-protocol.md section 5). */
const FEWEST_ROWS = 1000;
/** What they assume of a unit that does not say (section 6). */
const DEFAULTS = { data_file: 'BTC-USD_ONE_MINUTE.csv', max_candles: 0, population_size: 30, generations: 20 } as const;

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

function lastRows(columns: CandleColumns, count: number): CandleColumns {
  if (count <= 0 || count >= columns.length) return columns;
  const cut = COLUMNS.map((name) => [name, columns[name].subarray(columns.length - count)]);
  return { ...(Object.fromEntries(cut) as Omit<CandleColumns, 'length'>), length: count };
}

/** Of parameters that a worker would stumble over, the first; it would say nothing, and so must we. */
function faultOf(params: StrategyParams): string | null {
  for (const [name, least] of [
    ['population_size', 1],
    ['generations', 1],
    ['max_candles', 0],
  ] as const) {
    const value = params[name] ?? DEFAULTS[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
      return `${name} ${JSON.stringify(value)} is not a whole number from ${least}`;
    }
  }
  return null;
}

/** Units of the existing workers over candle files that are here: which candles, how many of them, and what is impossible. */
export function createUnitEngine({ data, execute, close }: UnitEngineDeps): WorkerEngine {
  async function prepare(params: StrategyParams) {
    if (execute === null) return { obstacle: ABSENT };
    const fault = faultOf(params);
    if (fault !== null) return { obstacle: fault };
    const found = await data.find(params['data_file'] ?? DEFAULTS.data_file);
    if (found.columns === null) return { obstacle: found.reason };
    const candles = lastRows(found.columns, (params['max_candles'] ?? DEFAULTS.max_candles) as number);
    if (candles.length < FEWEST_ROWS) return { obstacle: `${candles.length} candles are fewer than ${FEWEST_ROWS}` };
    return { obstacle: null, candles, execute };
  }

  return {
    obstacle: async (params) => (await prepare(params)).obstacle,
    async execute(params, seed, signal) {
      const prepared = await prepare(params);
      if (prepared.obstacle !== null) return { is: 'impossible', reason: prepared.obstacle };
      return { is: 'done', report: await prepared.execute(params, prepared.candles, seed, signal) };
    },
    close: async () => close?.(),
  };
}

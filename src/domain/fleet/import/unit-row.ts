import { canonicalJson } from '../../identity/canonical-json.ts';
import { sha256 } from '../../identity/sha256.ts';
import { type StrategyParams } from '../strategy-params.ts';
import { idOf, numberOf, objectOf, type LooseRow, type RowFault } from './loose-row.ts';
import { looseTime } from './loose-time.ts';

/** A work unit of the Python coordinator. */
export interface ImportedUnit {
  /** Its number there. */
  readonly id: number;
  /** Unique over all databases, and the same for each import of this row. */
  readonly key: string;
  readonly params: StrategyParams;
  readonly state: 'open' | 'completed' | 'cancelled';
  /** Its state there, as written. */
  readonly status: string;
  readonly replicas: number;
  /** Epoch ms; null when the row has no readable time. */
  readonly createdAt: number | null;
}

const DEFAULT_REPLICAS = 2;
const MOST_REPLICAS = 20;
const OPEN = ['pending', 'assigned', 'in_progress', ''];

/** Long enough that two rows of different databases do not share a key. */
const KEY_DIGITS = 16;
export const rowKey = (kind: string, id: number, content: readonly unknown[]): string =>
  `python-${kind}-${id}/${sha256(canonicalJson(content)).slice(0, KEY_DIGITS)}`;

const isCount = (value: unknown, least: number): boolean => Number.isInteger(value) && (value as number) >= least;
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** What a worker computes with; with another type it ends without a report, on every lease. */
const READ_BY_WORKERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  data_file: isText,
  max_candles: (value) => isCount(value, 0),
  population_size: (value) => isCount(value, 1),
  generations: (value) => isCount(value, 1),
  market_type: isText,
  max_leverage: isNumber,
  leverage: isNumber,
  seed_genomes: Array.isArray,
  seed_ratio: isNumber,
};

/** The first parameter that no worker can compute with, or null. */
function faultOfParams(params: StrategyParams): string | null {
  const found = Object.entries(READ_BY_WORKERS).find(
    ([name, isValid]) => params[name] !== undefined && !isValid(params[name]),
  );
  return found ? `strategy_params.${found[0]} has a value that no worker can compute with` : null;
}

function stateOf(status: string, replicas: number, results: number): ImportedUnit['state'] {
  if (status === 'completed') return 'completed';
  if (!OPEN.includes(status)) return results >= replicas ? 'completed' : 'cancelled';
  // A unit whose results all arrived stays open there until somebody polls its status.
  return results >= replicas ? 'completed' : 'open';
}

/** Reads a row of `work_units`. `resultsOf` is the number of result rows of a unit. */
export function readUnitRow(row: LooseRow, resultsOf: (id: number) => number): ImportedUnit | RowFault {
  const id = idOf(row['id']);
  if (id === null) return { fault: 'id is not a positive number' };
  const parsed = objectOf(row['strategy_params'], 'strategy_params');
  if ('fault' in parsed) return parsed;
  const { object: params } = parsed;
  const wanted = numberOf(row['replicas_needed']) ?? DEFAULT_REPLICAS;
  const replicas = Math.min(MOST_REPLICAS, Math.max(1, Math.trunc(wanted)));
  const status = typeof row['status'] === 'string' ? row['status'] : '';
  const state = stateOf(status, replicas, resultsOf(id));
  const fault = state === 'open' ? faultOfParams(params) : null;
  if (fault !== null) return { fault };
  return {
    id,
    key: rowKey('unit', id, [row['strategy_params'], row['created_at'] ?? null]),
    params,
    state,
    status,
    replicas,
    createdAt: looseTime(row['created_at']),
  };
}

import { z } from 'zod';
import { judgeReport } from '../../domain/fleet/judge-report.ts';
import { readReport } from '../../domain/fleet/reported-fields.ts';
import { sha256 } from '../../domain/identity/sha256.ts';
import { type Clock } from '../../ports/clock.ts';
import { AppError } from '../../domain/errors.ts';
import { type Coordinator, type Creation, type RemoteReport, type UnitCommand } from '../../ports/fleet/client.ts';
import { parseAnswer, describeOutcome, type HttpClient } from './http-client.ts';
import { createResultsWindow, type ResultRow } from './results-window.ts';

const CREATE = '/api/futures/create_work_unit';
export const STATUS = '/api/status';

export const statusAnswer = z.object({
  work_units: z.object({ total: z.int().min(0), completed: z.int().min(0), pending: z.int().min(0) }),
});
const made = z.object({
  status: z.literal('success'),
  work_unit_id: z.int().positive(),
  strategy_params: z.looseObject({ contract: z.string(), direction: z.string() }),
});

/**
 * Marker in `direction`, the only field that every worker ignores and that each result returns. It identifies a unit
 * whose creation was not confirmed (docs/coordinator-protocol.md#the-python-coordinator).
 */
export const markerOf = ({ key }: Pick<UnitCommand, 'key'>): string => `BOTH corp-${sha256(key).slice(0, 20)}`;

/** Fields that `create_work_unit` reads; it silently ignores all others. */
const ACCEPTED_PARAMS = [
  'contract',
  'population_size',
  'generations',
  'risk_level',
  'max_candles',
  'max_leverage',
] as const;

/** Why the Python coordinator cannot create this unit; null when it can. */
function refusalOf({ kind, params }: UnitCommand): string | null {
  const { market_type: type, contract, seed_genomes: seeds } = params;
  if (kind !== 'genetic') return 'the Python coordinator creates only genetic searches';
  if (type !== 'FUTURES' || typeof contract !== 'string') return 'the Python coordinator creates only futures units';
  return seeds === undefined ? null : 'the Python coordinator ignores seed genomes';
}

function reportOf(row: ResultRow): RemoteReport {
  const reading = readReport(row);
  const { verdict, reason } = judgeReport(reading);
  return {
    resultId: row.id,
    workerId: row.worker_id ?? '',
    // The Python coordinator returns no holdout fields, so every report looks like one without a holdout.
    verdict: verdict === 'untrusted' ? 'accepted' : verdict,
    reason: verdict === 'untrusted' ? '' : reason,
    fields: reading.fields,
    verification: 'unverified',
  };
}

export interface PythonDialectOptions {
  /** How long the coordinator may still process a request after the connection was lost. */
  readonly settleMs: number;
  /** Minimum time between two requests for results or status. */
  readonly freshMs: number;
}

/**
 * The Python coordinator (docs/coordinator-protocol.md#the-python-coordinator). It has no unit keys. Whether a creation
 * was stored is derived from its unit count, which only grows, provided that no other client creates units, and later
 * from the marker in a result. Creations must therefore not overlap.
 */
export function createPythonDialect(
  http: HttpClient,
  clock: Clock,
  { settleMs, freshMs }: PythonDialectOptions,
): Omit<Coordinator, 'isReachable' | 'probe'> {
  const results = createResultsWindow(http, clock, freshMs);
  let polledAt = -Infinity;

  async function countUnits(): Promise<number> {
    const { body } = await http.again(STATUS, { method: 'GET' });
    return parseAnswer(STATUS, statusAnswer, body).work_units.total;
  }

  /** The Python coordinator reassigns and closes units only when a client requests its status. */
  async function pollStatus(): Promise<void> {
    if (clock.now() - polledAt < freshMs) return;
    polledAt = clock.now();
    await countUnits();
  }

  const hasMarker = (row: ResultRow, order: UnitCommand): boolean =>
    row.strategy_params['direction'] === markerOf(order);

  return {
    async bookmark() {
      const lastResult = await results.newest();
      return { dialect: 'python', units: await countUnits(), lastResult };
    },

    async create(order): Promise<Creation> {
      const refusal = refusalOf(order);
      if (refusal !== null) return { kind: 'refused', reason: refusal };
      const { params, replicas } = order;
      const acceptedParams = Object.fromEntries(
        ACCEPTED_PARAMS.flatMap((name) => (name in params ? [[name, params[name]]] : [])),
      );
      const body = { ...acceptedParams, direction: markerOf(order), replicas };
      const outcome = await http.once(CREATE, { method: 'POST', body });
      if (outcome.kind === 'lost') return { kind: 'unclear', reason: outcome.why, unclearForMs: settleMs };
      if (outcome.kind !== 'answered') {
        throw new AppError('coordinator-away', `the coordinator cannot be reached: ${outcome.why}`, {
          retryable: true,
          advice: 'Check that the coordinator runs, and COORDINATOR_URL; requests are retried automatically',
        });
      }
      if (outcome.status >= 500) return { kind: 'unclear', reason: describeOutcome(outcome), unclearForMs: 0 };
      if (outcome.status !== 200) return { kind: 'refused', reason: describeOutcome(outcome) };
      const answer = 'json' in outcome.body ? made.safeParse(outcome.body.json) : undefined;
      if (answer?.success && answer.data.strategy_params.direction === markerOf(order)) {
        return { kind: 'created', remoteId: answer.data.work_unit_id };
      }
      return { kind: 'unclear', reason: 'the answer does not confirm the creation of the unit', unclearForMs: 0 };
    },

    async find(order, { units, lastResult }) {
      const unitCount = await countUnits();
      if (unitCount === units) return { kind: 'absent' };
      const row = (await results.since(lastResult)).find((candidate) => hasMarker(candidate, order));
      if (row) return { kind: 'found', remoteId: row.work_unit_id };
      if (unitCount < units) {
        return { kind: 'unclear', reason: `it has ${unitCount} units, before it had ${units}: its database was reset` };
      }
      return {
        kind: 'unclear',
        reason: `${unitCount - units} units were created since, none of them identifiable yet`,
      };
    },

    async look({ remoteId, order, bookmark }) {
      await pollStatus();
      const rows = (await results.since(bookmark.lastResult)).filter((row) => row.work_unit_id === remoteId);
      // Unit numbers restart when its database is replaced.
      if (rows.some((row) => !hasMarker(row, order))) {
        return {
          state: 'gone',
          reason: `number ${remoteId} now belongs to another work unit`,
          waitsFor: '',
          reports: [],
        };
      }
      const isDone = rows.length >= order.replicas;
      const waitsFor = isDone ? '' : `${rows.length} of ${order.replicas} results there`;
      return { state: isDone ? 'completed' : 'open', reason: '', waitsFor, reports: rows.map(reportOf) };
    },

    async cancel() {
      return false;
    },
  };
}

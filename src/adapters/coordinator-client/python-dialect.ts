import { z } from 'zod';
import { judgeReport } from '../../domain/fleet/judge-report.ts';
import { readReport } from '../../domain/fleet/reported-fields.ts';
import { sha256 } from '../../domain/identity/sha256.ts';
import { type Clock } from '../../ports/clock.ts';
import { AppError } from '../../domain/errors.ts';
import { type Coordinator, type Creation, type RemoteReport, type UnitCommand } from '../../ports/fleet/client.ts';
import { parseAnswer, wordsOf, type Exchange } from './http-client.ts';
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
 * The one field that every worker ignores and that comes back with each result (docs/coordinator-protocol.md#the-python-coordinator):
 * by it a unit is known again whose creation was never confirmed.
 */
export const markerOf = ({ key }: Pick<UnitCommand, 'key'>): string => `BOTH corp-${sha256(key).slice(0, 20)}`;

/** What `create_work_unit` reads; it drops everything else without a word. */
const TAKEN = ['contract', 'population_size', 'generations', 'risk_level', 'max_candles', 'max_leverage'] as const;

/** Why it cannot make this unit; null when it can. */
function refusalOf({ kind, params }: UnitCommand): string | null {
  const { market_type: type, contract, seed_genomes: seeds } = params;
  if (kind !== 'genetic') return 'the existing coordinator makes searches only';
  if (type !== 'FUTURES' || typeof contract !== 'string') return 'the existing coordinator makes futures units only';
  return seeds === undefined ? null : 'the existing coordinator drops seeds';
}

function reportOf(row: ResultRow): RemoteReport {
  const reading = readReport(row);
  const { verdict, reason } = judgeReport(reading);
  return {
    resultId: row.id,
    workerId: row.worker_id ?? '',
    // It shows nothing of the holdout, so that every report looks like one without. What is left can still be read.
    verdict: verdict === 'untrusted' ? 'accepted' : verdict,
    reason: verdict === 'untrusted' ? '' : reason,
    fields: reading.fields,
    verification: 'unverified',
  };
}

export interface PythonDialectOptions {
  /** How long a request may still be in its hands after the connection was lost. */
  readonly settleMs: number;
  /** Results and status are asked for no more often. */
  readonly freshMs: number;
}

/**
 * The existing Python coordinator (docs/coordinator-protocol.md#the-python-coordinator). It has no keys: whether a creation was stored
 * is known from the number of its units, which only grows, as long as nobody else makes any; and later from the marker in
 * a result. Creations must therefore not overlap.
 */
export function createPythonDialect(
  exchange: Exchange,
  clock: Clock,
  { settleMs, freshMs }: PythonDialectOptions,
): Omit<Coordinator, 'isReachable'> {
  const results = createResultsWindow(exchange, clock, freshMs);
  let polledAt = -Infinity;

  async function unitsThere(): Promise<number> {
    const { body } = await exchange.again(STATUS, { method: 'GET' });
    return parseAnswer(STATUS, statusAnswer, body).work_units.total;
  }

  /** Without somebody asking for its status nothing there is ever given out again or closed. */
  async function keepMoving(): Promise<void> {
    if (clock.now() - polledAt < freshMs) return;
    polledAt = clock.now();
    await unitsThere();
  }

  const carriesMark = (row: ResultRow, order: UnitCommand): boolean =>
    row.strategy_params['direction'] === markerOf(order);

  return {
    async bookmark() {
      const lastResult = await results.newest();
      return { dialect: 'python', units: await unitsThere(), lastResult };
    },

    async create(order): Promise<Creation> {
      const refusal = refusalOf(order);
      if (refusal !== null) return { kind: 'refused', reason: refusal };
      const { params, replicas } = order;
      const taken = Object.fromEntries(TAKEN.flatMap((name) => (name in params ? [[name, params[name]]] : [])));
      const body = { ...taken, direction: markerOf(order), replicas };
      const outcome = await exchange.once(CREATE, { method: 'POST', body });
      if (outcome.kind === 'lost') return { kind: 'unclear', reason: outcome.why, unclearForMs: settleMs };
      if (outcome.kind !== 'answered') {
        throw new AppError('coordinator-away', `the coordinator cannot be reached: ${outcome.why}`, {
          retryable: true,
          advice: 'Check that the coordinator runs, and COORDINATOR_URL; it is tried again by itself',
        });
      }
      if (outcome.status >= 500) return { kind: 'unclear', reason: wordsOf(outcome), unclearForMs: 0 };
      if (outcome.status !== 200) return { kind: 'refused', reason: wordsOf(outcome) };
      const answer = 'json' in outcome.body ? made.safeParse(outcome.body.json) : undefined;
      if (answer?.success && answer.data.strategy_params.direction === markerOf(order)) {
        return { kind: 'created', remoteId: answer.data.work_unit_id };
      }
      return { kind: 'unclear', reason: 'its answer is not that of a unit made', unclearForMs: 0 };
    },

    async find(order, { units, lastResult }) {
      const there = await unitsThere();
      if (there === units) return { kind: 'absent' };
      const row = (await results.since(lastResult)).find((candidate) => carriesMark(candidate, order));
      if (row) return { kind: 'found', remoteId: row.work_unit_id };
      if (there < units) return { kind: 'unclear', reason: `it has ${there} units and had ${units}: it was emptied` };
      return { kind: 'unclear', reason: `${there - units} units were made since, and none shows who made it` };
    },

    async look({ remoteId, order, bookmark }) {
      await keepMoving();
      const rows = (await results.since(bookmark.lastResult)).filter((row) => row.work_unit_id === remoteId);
      // Numbers begin anew when its database is replaced.
      if (rows.some((row) => !carriesMark(row, order))) {
        return { state: 'gone', reason: `work unit ${remoteId} is another's by now`, reports: [] };
      }
      const isDone = rows.length >= order.replicas;
      return { state: isDone ? 'completed' : 'open', reason: '', reports: rows.map(reportOf) };
    },

    async cancel() {
      return false;
    },
  };
}

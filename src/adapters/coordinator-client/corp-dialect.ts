import { z } from 'zod';
import { readReport } from '../../domain/fleet/reported-fields.ts';
import { RESULT_VERDICTS, UNIT_STATES } from '../../domain/fleet/unit.ts';
import { type Coordinator, type RemoteReport, type RemoteUnit } from '../../ports/fleet/client.ts';
import { VERIFICATIONS } from '../../ports/fleet/records.ts';
import { parseAnswer, describeOutcome, type HttpClient } from './http-client.ts';

const UNITS = '/api/work_units';

const made = z.object({ work_unit_id: z.int().positive(), created: z.boolean() });
const report = z.looseObject({
  result_id: z.int().positive(),
  worker_id: z.string(),
  verdict: z.enum(RESULT_VERDICTS),
  reason: z.string().nullable(),
  verification: z.enum(VERIFICATIONS),
});
const detail = z.object({
  work_unit_id: z.int().positive(),
  key: z.string().nullable(),
  state: z.enum(UNIT_STATES),
  reason: z.string().nullable(),
  replicas_needed: z.number().default(0),
  replicas_assigned: z.number().default(0),
  replicas_completed: z.number().default(0),
  results: z.array(report),
});

const STATES: Readonly<Record<z.output<typeof detail>['state'], RemoteUnit['state']>> = {
  pending: 'open',
  in_progress: 'open',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** What an open unit waits for. */
function waitsFor(unit: z.output<typeof detail>): string {
  const { replicas_needed: needed, replicas_assigned: assigned, replicas_completed: completed } = unit;
  if (STATES[unit.state] !== 'open') return '';
  const done = `${completed} of ${needed} results there`;
  return assigned > completed ? `${done}; a worker computes another` : `${done}; no worker has leased the next`;
}

/** Validates the report again; the server's verdict counts only for a valid report. */
function reportOf(row: z.output<typeof report>): RemoteReport {
  const { fields, fault } = readReport(row);
  const { result_id: resultId, worker_id: workerId, verification } = row;
  const verdict = fault === null ? row.verdict : 'invalid';
  return { resultId, workerId, verdict, reason: fault ?? row.reason ?? '', fields, verification };
}

/** The Bittrading Corp coordinator. Units are identified by the client's keys, so requests are idempotent. */
export function createCorpDialect(
  http: HttpClient,
  token: string | undefined,
): Omit<Coordinator, 'isReachable' | 'probe'> {
  return {
    async bookmark() {
      return { dialect: 'corp', units: 0, lastResult: 0 };
    },

    async create({ key, kind, params, replicas }) {
      const body = { key, kind, strategy_params: params, replicas };
      const answer = await http.again(UNITS, { method: 'POST', body, token });
      if (answer.status === 200 || answer.status === 201) {
        return { kind: 'created', remoteId: parseAnswer(UNITS, made, answer.body).work_unit_id };
      }
      return { kind: 'refused', reason: describeOutcome(answer) };
    },

    async find() {
      return { kind: 'absent' };
    },

    async look({ remoteId, order }) {
      const path = `${UNITS}/${remoteId}`;
      const answer = await http.again(path, { method: 'GET', token });
      const gone = {
        state: 'gone',
        reason: `work unit ${remoteId} no longer exists`,
        waitsFor: '',
        reports: [],
      } as const;
      if (answer.status === 404) return gone;
      const unit = parseAnswer(path, detail, answer.body);
      // After a change of the server's store the same number belongs to another unit.
      if (unit.key !== order.key) return gone;
      return {
        state: STATES[unit.state],
        reason: unit.reason ?? '',
        waitsFor: waitsFor(unit),
        reports: unit.results.map(reportOf),
      };
    },

    async cancel({ remoteId, order }) {
      const path = `${UNITS}/${remoteId}/cancel`;
      const body = { reason: `${order.key} was completed elsewhere` };
      return (await http.again(path, { method: 'POST', body, token })).status === 200;
    },
  };
}

import { type Request } from 'express';
import { answeredBy } from '../../http/deadline.ts';
import { RequestError } from '../../http/request-error.ts';
import { type Route } from '../../http/route.ts';
import { type Fleet } from '../fleet.ts';
import { type AssignUnit } from '../assign-unit.ts';
import { type Submission } from '../receive-report.ts';

/** The protocol of the Python workers (docs/coordinator-protocol.md#worker-endpoints). */
export const GET_WORK = '/api/get_work';
export const SUBMIT_RESULT = '/api/submit_result';

const TAG = 'workers';
const LONGEST_ID = 200;

/** The first value of a repeated parameter, as in the Python coordinator. */
function queryText(request: Request, name: string): string {
  const value: unknown = request.query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

function answerOf(handed: AssignUnit): object {
  if ('end' in handed) return { work_id: null, shutdown: true, message: handed.end };
  if ('none' in handed) return { work_id: null, message: 'No work available' };
  const { unitId, params, replica, replicasNeeded } = handed.work;
  return { work_id: unitId, strategy_params: params, replica_number: replica, replicas_needed: replicasNeeded };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A unit number given as a number or as text; null when it is not a positive integer. */
function unitIdOf(value: number | string): number | null {
  const id = typeof value === 'number' ? value : /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** JSON has numbers, like 1e400, that are none to this program. */
const isNamed = (value: unknown): value is number | string => Number.isFinite(value) || typeof value === 'string';

/** @throws RequestError 400 `bad-request` without a valid `worker_id` and `work_id` */
export function readSubmission(body: unknown): Submission {
  const { work_id: workId, worker_id: worker } = isObject(body) ? body : {};
  const workerId = isNamed(worker) ? String(worker) : '';
  if (!isObject(body) || !isNamed(workId) || workId === '' || workerId === '') {
    throw new RequestError(400, 'bad-request', 'work_id and worker_id required');
  }
  if (workerId.length > LONGEST_ID || String(workId).length > LONGEST_ID) {
    throw new RequestError(400, 'bad-request', `work_id and worker_id may have ${LONGEST_ID} characters at most`);
  }
  return { unitId: unitIdOf(workId), workId: String(workId), workerId, body };
}

export function workerProtocolRoutes(fleet: Pick<Fleet, 'assignUnit' | 'submit'>): readonly Route[] {
  return [
    {
      method: 'get',
      path: GET_WORK,
      tag: TAG,
      summary: 'Leases a unit to a worker',
      produces: 'application/json',
      async respond(request, response) {
        const workerId = queryText(request, 'worker_id');
        if (workerId === '') throw new RequestError(400, 'bad-request', 'worker_id required');
        if (workerId.length > LONGEST_ID) {
          throw new RequestError(400, 'bad-request', `worker_id may have ${LONGEST_ID} characters at most`);
        }
        const work = fleet.assignUnit({
          workerId,
          platform: (request.headers['user-agent'] ?? '').slice(0, LONGEST_ID),
          acceptsSpecs: queryText(request, 'accepts').split(',').includes('specs'),
        });
        response.json(answerOf(await answeredBy('store', work)));
      },
    },
    {
      method: 'post',
      path: SUBMIT_RESULT,
      tag: TAG,
      summary: 'Receives a report of a worker; answers 200 for any verdict',
      produces: 'application/json',
      // No extra time-out: a worker waits 30 s and loses a report that it cannot deliver by then. The store's retries
      // end before that.
      async respond(request, response) {
        await fleet.submit(readSubmission(request.body));
        response.json({ message: 'Result received', status: 'success' });
      },
    },
  ];
}

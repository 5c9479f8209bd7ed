import { type Job } from 'bullmq';
import { z } from 'zod';
import { metaSchema } from '../../../queues/meta.ts';
import { isQueueName, MONEY_QUEUES, QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { readFailedReason } from '../../../queues/failed-reason.ts';
import { ContractError } from '../../../queues/contract-error.ts';
import { contractOf } from '../../../queues/producer.ts';
import { errorText } from '../../domain/errors.ts';
import { ADDED_BY, completeFromOutside, jobsForPeople, type RunningCompany } from '../../../queues/from-outside.ts';
import { isReservedJobId, outsideJobId } from '../../../queues/outside-job-id.ts';
import { findJob } from '../find-job.ts';
import { type ApiDeps } from '../api-deps.ts';
import { type RefuseMoneyWork } from '../refuse-money-work.ts';
import { idField } from '../../../queues/fields.ts';
import { limitQuery, newJobIdField } from '../../http/input-fields.ts';
import { RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';

export const JOBS_PATH = '/api/jobs/:queue';

const MAX_DELAY_MS = 30 * 24 * 3_600_000;
const LOG_LINES = 200;

const jobRequest = z.strictObject({
  name: z.string().min(1),
  data: z.unknown(),
  priority: metaSchema.shape.priority.optional(),
  delayMs: z.int().min(0).max(MAX_DELAY_MS).optional(),
  deadline: metaSchema.shape.deadline,
  jobId: newJobIdField.refine((id) => !isReservedJobId(id), 'is a name that the queue itself uses').optional(),
});

const queueParams = z.strictObject({ queue: z.string() });
const jobParams = z.strictObject({ queue: z.string(), id: idField });

function queueOf(name: string, status: 400 | 404): QueueName {
  if (isQueueName(name)) return name;
  throw new RequestError(status, 'unknown-queue', `there is no queue '${name}'`, { valid: QUEUE_NAMES });
}

/** Maps paths of the job's payload to paths of the request, where the payload is `data`. */
function inRequest(error: ContractError): RequestError {
  const issues = error.issues.map(({ path, message }) => ({ path: path === '' ? 'data' : `data.${path}`, message }));
  const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new RequestError(400, error.code, text, { issues, ...(error.advice && { advice: error.advice }) });
}

/** Jobs of any queue: add, read, retry. */
export function jobRoutes(
  {
    stores,
    producer,
    clock,
    log,
    account,
    mode,
    market,
  }: Pick<ApiDeps, 'stores' | 'producer' | 'clock' | 'log' | 'account' | 'mode' | 'market'>,
  refuseMoneyWork: RefuseMoneyWork,
): readonly Route[] {
  const company: RunningCompany = { account, mode, ...market, stores };
  async function find(queueName: string, id: string): Promise<{ readonly queue: QueueName; readonly job: Job }> {
    const queue = queueOf(queueName, 404);
    const job = await findJob(producer, queue, id);
    if (job) return { queue, job };
    throw new RequestError(404, 'unknown-job', `queue '${queue}' has no job '${id}'`, {
      advice: 'Finished jobs are kept for a day, failed ones for a month',
    });
  }

  return [
    defineRoute({
      method: 'get',
      path: '/api/jobs/failed',
      tag: 'jobs',
      summary: 'Dead letters: permanently failed jobs, with advice',
      query: limitQuery,
      needs: 'store',
      handle: async ({ query }) => ({
        items: (await stores.deadLetters.list(query.limit)).map((letter) => ({
          ...letter,
          canRetry: !MONEY_QUEUES.some((queue) => queue === letter.queue),
        })),
      }),
    }),
    defineRoute({
      method: 'post',
      path: JOBS_PATH,
      tag: 'jobs',
      summary:
        'Adds a job that is meant for people (`forPeople` in /api/contracts); idempotent for the same jobId. Fields of the running company may be left out',
      params: queueParams,
      body: jobRequest,
      status: 202,
      needs: 'redis',
      async handle({ params, body }) {
        const queue = queueOf(params.queue, 400);
        if (MONEY_QUEUES.includes(queue)) {
          throw await refuseMoneyWork(`${queue}:${body.name}`, `jobs of ${queue} cannot be added from outside`);
        }
        const jobs = Object.keys(contractOf(queue).jobs);
        if (!jobs.includes(body.name)) {
          throw new RequestError(400, 'unknown-job', `queue '${queue}' has no job '${body.name}'`, {
            valid: jobsForPeople(queue),
          });
        }
        try {
          const data = await completeFromOutside(queue, body.name, body.data, company);
          const jobId = await producer.addUnchecked(queue, body.name, data, {
            ...(body.jobId !== undefined && { jobId: outsideJobId(body.jobId) }),
            ...(body.delayMs !== undefined && { delayMs: body.delayMs }),
            meta: {
              causedBy: ADDED_BY.api,
              ...(body.priority !== undefined && { priority: body.priority }),
              ...(body.deadline !== undefined && { deadline: body.deadline }),
            },
          });
          return { queue, jobId };
        } catch (error) {
          throw error instanceof ContractError ? inRequest(error) : error;
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/jobs/:queue/:id',
      tag: 'jobs',
      summary: 'One job: state, message, result or failure, log',
      params: jobParams,
      needs: 'redis',
      async handle({ params }) {
        const { queue, job } = await find(params.queue, params.id);
        const [state, logs, letter] = await Promise.all([
          job.getState(),
          producer.queue(queue).getJobLogs(String(job.id), 0, LOG_LINES - 1),
          job.failedReason ? stores.deadLetters.get(queue, String(job.id)) : null,
        ]);
        return {
          queue,
          id: String(job.id),
          name: job.name,
          state,
          data: job.data as unknown,
          result: (job.returnvalue ?? null) as unknown,
          failure: job.failedReason
            ? {
                reason: job.failedReason,
                code: readFailedReason(job.failedReason).code,
                ...(letter && { advice: letter.advice }),
              }
            : null,
          attempts: { made: job.attemptsMade, allowed: job.opts.attempts ?? 1 },
          progress: job.progress,
          addedAt: job.timestamp,
          startedAt: job.processedOn ?? null,
          finishedAt: job.finishedOn ?? null,
          logs: logs.logs,
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/jobs/:queue/:id/retry',
      tag: 'jobs',
      summary: 'Puts a failed job back on its queue, except of the risk manager and the trader',
      params: jobParams,
      status: 202,
      needs: 'redis',
      async handle({ params }) {
        const { queue, job } = await find(params.queue, params.id);
        if (MONEY_QUEUES.includes(queue)) {
          throw await refuseMoneyWork(`${queue}:${job.name}`, `jobs of ${queue} cannot be retried from outside`);
        }
        try {
          await job.retry('failed', { resetAttemptsMade: true });
        } catch (error) {
          const state = await job.getState();
          if (state === 'failed') throw error;
          throw new RequestError(409, 'not-failed', `job '${params.id}' is ${state}: only a failed job can be retried`);
        }
        try {
          await stores.deadLetters.markRetried(queue, String(job.id), clock.now());
        } catch (error) {
          // The job runs again nevertheless; if it fails again, its dead letter is replaced.
          log.warn(`dead letter not marked as retried: ${errorText(error)}`, { queue, jobId: job.id });
        }
        return { queue, jobId: String(job.id) };
      },
    }),
  ];
}

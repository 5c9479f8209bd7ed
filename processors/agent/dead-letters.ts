import { UnrecoverableError, type Job } from 'bullmq';
import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { type DeadLetter } from '../../src/ports/records.ts';
import { readFailedReason } from '../../queues/failed-reason.ts';

const ADVICE: Readonly<Record<string, string>> = {
  'bad-message': 'Correct the message and send it again; retrying it as it is fails again',
  'unknown-job': 'Check the name of the job against the contract of its queue',
  'deadline-passed': 'Send it again with a later deadline if the answer is still wanted',
  stalled: 'Its worker died or blocked several times; check the log of that time, then retry',
};

const USUAL_ADVICE = 'Retry it (corp jobs retry) after you have removed the cause';
/** Nothing from outside puts work on a money queue. */
const MONEY_ADVICE = 'Remove the cause: the company repeats with the next candle what is still wanted';

/** Whether BullMQ makes no further attempt at the job. */
export function isDead(job: Job, error: Error): boolean {
  return (
    error instanceof UnrecoverableError ||
    error.name === 'UnrecoverableError' ||
    job.finishedOn !== undefined ||
    job.attemptsMade >= (job.opts.attempts ?? 1)
  );
}

export function deadLetterOf(
  queue: QueueName,
  job: Job,
  failedReason: string,
  at: number,
  advice?: string,
): DeadLetter {
  const { code, message: reason } = readFailedReason(failedReason);
  return {
    queue,
    jobId: String(job.id),
    name: job.name,
    code,
    reason,
    advice: advice ?? ADVICE[code] ?? (MONEY_QUEUES.includes(queue) ? MONEY_ADVICE : USUAL_ADVICE),
    attempts: job.attemptsMade,
    data: job.data as unknown,
    failedAt: job.finishedOn ?? at,
  };
}

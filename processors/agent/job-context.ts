import { type Job } from 'bullmq';
import { type JobName, type Payload, type Result } from '../../queues/contracts/registry.ts';
import { type Meta } from '../../queues/meta.ts';
import { type QueueName } from '../../queues/names.ts';
import { type Logger } from '../../src/ports/logger.ts';

/** Passed to a handler with its payload. */
export interface JobContext {
  readonly jobId: string;
  readonly meta: Meta;
  /** Aborts at the deadline, on cancellation, at a forced shutdown and when the job's lock was lost. */
  readonly abortSignal: AbortSignal;
  readonly log: Logger;
  /** Adds fields to the audit record of this job. */
  readonly note: (fields: Readonly<Record<string, unknown>>) => void;
  /** For step jobs only: children, waiting, progress. */
  readonly job: Job;
  readonly token: string;
}

export type Handler<Q extends QueueName, N extends JobName<Q>> = (
  payload: Payload<Q, N>,
  context: JobContext,
) => Promise<Result<Q, N>>;

/** One handler for each job of the agent's contract. */
export type Handlers<Q extends QueueName> = { readonly [N in JobName<Q>]: Handler<Q, N> };

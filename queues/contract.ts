import { type z } from 'zod';
import { type Meta } from './meta.ts';
import { type QueueName } from './names.ts';

/** Schemas of a job's payload and result. Both are strict: parsed on entry and on exit, never cast. */
export interface JobContract {
  /** Shown in the API documentation. */
  readonly summary: string;
  readonly data: z.ZodType;
  readonly result: z.ZodType;
  /** People may add it, with `corp jobs add` and the API. Any other job is added by the company alone. */
  readonly forPeople?: true;
  /** Whether payload and result are written to the audit log. */
  readonly audited?: boolean;
}

export interface QueueContract {
  readonly queue: QueueName;
  readonly jobs: Readonly<Record<string, JobContract>>;
}

export function defineContract<const C extends QueueContract>(contract: C): C {
  return contract;
}

/** Shape of `job.data` on every queue. */
export interface Envelope {
  readonly meta: Meta;
  readonly payload: unknown;
}

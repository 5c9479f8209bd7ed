import { type z } from 'zod';
import { type Meta } from './meta.ts';
import { type QueueName } from './names.ts';

/** What one kind of job carries and answers. Both schemas are strict: parsed on entry and on exit, never cast. */
export interface JobContract {
  readonly summary: string;
  readonly data: z.ZodType;
  readonly result: z.ZodType;
  /** Its outcome is written to the audit log. */
  readonly audited?: boolean;
}

export interface QueueContract {
  readonly queue: QueueName;
  readonly jobs: Readonly<Record<string, JobContract>>;
}

export function defineContract<const C extends QueueContract>(contract: C): C {
  return contract;
}

/** The form of `job.data` on every queue. */
export interface Envelope {
  readonly meta: Meta;
  readonly payload: unknown;
}

import { type Job } from 'bullmq';
import { type z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { readFailedReason } from '../../queues/failed-reason.ts';

/**
 * What a flow job's children answered, for those whose answer fits `schema`. A child that failed makes the flow stop
 * here with its reason: money decisions are not taken on half an answer.
 * @throws AppError `child-failed`.
 */
export async function childAnswers<S extends z.ZodType>(job: Job, schema: S): Promise<readonly z.output<S>[]> {
  // Nothing to ask for jobs that were never part of a flow (one round trip less).
  const failures = await job.getIgnoredChildrenFailures();
  for (const [key, reason] of Object.entries(failures)) {
    const { code, message } = readFailedReason(reason);
    throw new AppError('child-failed', `${key.slice(key.lastIndexOf(':') + 1)} failed: ${message}`, {
      advice: 'Retry the child, then this job',
      cause: new AppError(code, message),
    });
  }
  const values = await job.getChildrenValues<unknown>();
  return Object.values(values).flatMap((value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}

import { type Job } from 'bullmq';
import { type z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { readFailedReason } from '../../queues/failed-reason.ts';

/**
 * Results of a flow job's children that match `schema`; other results are skipped. A failed child fails the flow here
 * with its reason: money decisions need all the answers.
 * @throws AppError `child-failed`.
 */
export async function childAnswers<S extends z.ZodType>(job: Job, schema: S): Promise<readonly z.output<S>[]> {
  const [failures, values] = await Promise.all([job.getIgnoredChildrenFailures(), job.getChildrenValues<unknown>()]);
  for (const [key, reason] of Object.entries(failures)) {
    const { code, message } = readFailedReason(reason);
    throw new AppError('child-failed', `${key.slice(key.lastIndexOf(':') + 1)} failed: ${message}`, {
      advice: 'See why the child failed: corp jobs failed',
      cause: new AppError(code, message),
    });
  }
  return Object.values(values).flatMap((value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}

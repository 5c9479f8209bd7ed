import { mongo } from 'mongoose';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../domain/errors.ts';
import { jitteredBackOffMs } from '../../domain/retry/back-off.ts';

const ATTEMPTS = 5;
/** Two seconds in all on average, which bridges a restart. */
const PAUSES = { firstMs: 150, mostMs: 1_200 };

/** What a server answers while it shuts down, starts or hands over to another: nothing was done. */
const PASSING_CODES: ReadonlySet<unknown> = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

function isPassing(error: unknown): boolean {
  return (
    // The driver wraps what broke a bulk write, and calls the wrapping a server's error whatever is inside.
    (error instanceof mongo.MongoBulkWriteError && isPassing(error.errorResponse)) ||
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    (error instanceof mongo.MongoServerError && PASSING_CODES.has(error.code))
  );
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 11000;
}

/**
 * Runs an operation again after the server went away under it, with growing pauses: a store that restarts is normal.
 * `again` tells the operation that an earlier attempt may have been written although its answer was lost; one whose
 * result depends on who wrote has to recognise its own write then.
 *
 * @throws AppError `mongo-unreachable` after the last attempt; any other error at once.
 */
export async function retrying<T>(operation: (again: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation(attempt > 1);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (attempt === ATTEMPTS) {
        throw new AppError('mongo-unreachable', `MongoDB did not answer in ${ATTEMPTS} attempts`, {
          retryable: true,
          advice: 'Check that MongoDB is running; the work is tried again.',
          cause: error,
        });
      }
      await delay(jitteredBackOffMs(PAUSES, attempt, 2 / 3, Math.random));
    }
  }
}

import { mongo } from 'mongoose';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../domain/errors.ts';
import { jitteredBackOffMs } from '../../domain/retry/back-off.ts';

const ATTEMPTS = 5;
/** Sums up to two seconds on average, enough for a server restart. */
const PAUSES = { firstMs: 150, mostMs: 1_200 };

/** Error codes of a server that shuts down, starts or fails over; the operation was not executed. */
const TRANSIENT_CODES: ReadonlySet<unknown> = new Set([
  6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** Whether the server was unreachable, shuts down or starts: the operation can succeed later. */
export function isTransient(error: unknown): boolean {
  return (
    // The driver wraps any error of a bulk write, also a network error, in this subclass of MongoServerError.
    (error instanceof mongo.MongoBulkWriteError && isTransient(error.errorResponse)) ||
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    (error instanceof mongo.MongoServerError && TRANSIENT_CODES.has(error.code))
  );
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === 11000;
}

/**
 * Runs an operation, and retries it with exponential back-off when the server becomes unreachable: a restart of the
 * store is normal. `again` is true on a retry. An earlier attempt may then have been written although its answer was
 * lost, so an operation whose result depends on which process wrote must recognise its own write.
 *
 * @throws AppError `mongo-unreachable` after the last attempt; any other error immediately
 */
export async function retrying<T>(operation: (again: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation(attempt > 1);
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt === ATTEMPTS) {
        throw new AppError('mongo-unreachable', `MongoDB did not answer in ${ATTEMPTS} attempts`, {
          retryable: true,
          advice: 'Check that MongoDB, or the process of the embedded store, runs and answers',
          cause: error,
        });
      }
      await delay(jitteredBackOffMs(PAUSES, attempt, 2 / 3, Math.random));
    }
  }
}

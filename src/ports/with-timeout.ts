import { AppError } from '../domain/errors.ts';

/**
 * Waits for `work`, or rejects after `ms`: calls to Redis or a store may otherwise never end. `work` itself continues
 * and its outcome is ignored.
 * @param late name of the work for the message of an AppError `timed-out`, or a function that makes the error
 */
export async function withTimeout<T>(ms: number, late: string | (() => Error), work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(typeof late === 'string' ? timedOutError(late, ms) : late()), ms);
  });
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

const timedOutError = (what: string, ms: number): AppError =>
  new AppError('timed-out', `${what} took longer than ${ms} ms`, { retryable: true });

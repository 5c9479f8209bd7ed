import { AppError } from '../domain/errors.ts';

/**
 * `work`, or a rejection when it takes longer than `ms`: what waits for Redis or the store may otherwise wait for ever.
 * `work` itself goes on; how it ends then is ignored.
 * @param late names the work for the message of an AppError `timed-out`, or makes another error
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

import { AppError } from '../domain/errors.ts';

/** Rejects with `timed-out` after `ms`: a worker that cannot reach Redis would otherwise stay pending for ever. */
export async function withTimeout<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('timed-out', `${what} took longer than ${ms} ms`, { retryable: true })),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

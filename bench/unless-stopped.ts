import { AppError } from '../src/domain/errors.ts';

/** `work`, or an error as soon as `stop` aborts. @throws AppError `interrupted`. */
export async function unlessStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  let interrupt: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    interrupt = () => reject(new AppError('interrupted', 'the benchmark was interrupted'));
    if (stop.aborted) interrupt();
    else stop.addEventListener('abort', interrupt, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop.removeEventListener('abort', interrupt);
  }
}

import { AppError } from '../src/domain/errors.ts';
import { untilAborted } from '../src/ports/until-aborted.ts';

/** `work`, or an error as soon as `stop` aborts. @throws AppError `interrupted`. */
export async function unlessStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await untilAborted(work, stop);
  } catch (error) {
    throw stop.aborted && error === stop.reason ? new AppError('interrupted', 'the benchmark was interrupted') : error;
  }
}

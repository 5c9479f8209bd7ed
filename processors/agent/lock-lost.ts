import { AppError } from '../../src/domain/errors.ts';

/** Abort reason of a running job whose lock Redis no longer holds for this worker. */
export const LOCK_LOST = 'lock lost';

/** The error of a job whose signal was aborted with LOCK_LOST; null for any other signal. */
export function lockLossOf(abortSignal: AbortSignal | undefined): AppError | null {
  if (abortSignal?.aborted !== true || abortSignal.reason !== LOCK_LOST) return null;
  return new AppError('lock-lost', 'the lock of the job was not renewed in time, so another worker may run it', {
    retryable: true,
    advice: 'If it persists, give the process more CPU or raise queues.lockMs in config/database.yaml',
  });
}

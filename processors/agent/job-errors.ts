import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError } from 'bullmq';
import { errorText, formOf, type ErrorForm } from '../../src/domain/errors.ts';
import { failedReasonOf } from '../../queues/failed-reason.ts';

/** Whether the error only tells BullMQ what to do with the job next; such errors are not failures. */
export function isControlFlow(error: unknown): boolean {
  return (
    error instanceof WaitingChildrenError ||
    error instanceof DelayedError ||
    error instanceof RateLimitError ||
    error instanceof WaitingError
  );
}

/** An unclassified error may be transient (a lost connection), so it is retryable. */
export function classify(error: unknown): ErrorForm {
  const isFinal = error instanceof UnrecoverableError;
  return (
    formOf(error) ?? {
      code: isFinal ? 'unrecoverable' : 'unexpected',
      message: errorText(error),
      retryable: !isFinal,
    }
  );
}

/** Maps an error for BullMQ. The only place that throws UnrecoverableError, which stops further attempts. */
export function toJobError(error: unknown): Error {
  const form = classify(error);
  const reason = failedReasonOf(form);
  const mapped = form.retryable ? new Error(reason) : new UnrecoverableError(reason);
  mapped.cause = error;
  if (error instanceof Error && error.stack !== undefined) mapped.stack = `${reason}\n${error.stack}`;
  return mapped;
}

/** Advice of the handler's error. Available only in the process that ran the job: Redis stores the message alone. */
export function adviceOf({ cause }: Error): string | undefined {
  return formOf(cause)?.advice;
}

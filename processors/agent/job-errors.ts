import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError } from 'bullmq';
import { errorText, formOf, type ErrorForm } from '../../src/domain/errors.ts';
import { failedReasonOf } from '../../queues/failed-reason.ts';

/** Thrown to tell BullMQ what happens to the job next; not failures. */
export function isControlFlow(error: unknown): boolean {
  return (
    error instanceof WaitingChildrenError ||
    error instanceof DelayedError ||
    error instanceof RateLimitError ||
    error instanceof WaitingError
  );
}

/** An error nobody classified may be transient (a lost connection): it is retried. */
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

/** The one place that tells BullMQ not to try again. */
export function toJobError(error: unknown): Error {
  const form = classify(error);
  const reason = failedReasonOf(form);
  const mapped = form.retryable ? new Error(reason) : new UnrecoverableError(reason);
  mapped.cause = error;
  if (error instanceof Error && error.stack !== undefined) mapped.stack = `${reason}\n${error.stack}`;
  return mapped;
}

/** What the handler's error advised, while the error itself is at hand: Redis keeps the text alone. */
export function adviceOf({ cause }: Error): string | undefined {
  return formOf(cause)?.advice;
}

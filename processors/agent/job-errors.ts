import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError } from 'bullmq';
import { AppError, errorText } from '../../src/domain/errors.ts';

/** Thrown to tell BullMQ what happens to the job next; not failures. */
export function isControlFlow(error: unknown): boolean {
  return (
    error instanceof WaitingChildrenError ||
    error instanceof DelayedError ||
    error instanceof RateLimitError ||
    error instanceof WaitingError
  );
}

export interface Explained {
  readonly code: string;
  readonly text: string;
  readonly retryable: boolean;
}

/** An error nobody classified may be transient (a lost connection): it is retried. */
export function explain(error: unknown): Explained {
  if (error instanceof AppError) {
    return { code: error.code, text: error.message, retryable: error.retryable };
  }
  if (error instanceof UnrecoverableError) return { code: 'unrecoverable', text: error.message, retryable: false };
  return { code: 'unexpected', text: errorText(error), retryable: true };
}

/** The one place that tells BullMQ not to try again. The code leads the text: it survives in `failedReason`. */
export function toJobError(error: unknown): Error {
  const { code, text, retryable } = explain(error);
  const message = `[${code}] ${text}`;
  const mapped = retryable ? new Error(message) : new UnrecoverableError(message);
  mapped.cause = error;
  if (error instanceof Error && error.stack !== undefined) mapped.stack = `${message}\n${error.stack}`;
  return mapped;
}

/** What the handler's error advised, while the error itself is at hand: Redis keeps the text alone. */
export function adviceOf({ cause }: Error): string | undefined {
  return cause instanceof AppError ? cause.advice : undefined;
}

const LEADING_CODE = /^\[([a-z-]+)\] /;

/** Splits what `toJobError` wrote; BullMQ's own failures (stalled too often) have no code. */
export function parseFailedReason(reason: string): { readonly code: string; readonly reason: string } {
  const match = LEADING_CODE.exec(reason);
  if (match?.[1] !== undefined) return { code: match[1], reason: reason.slice(match[0].length) };
  return { code: /stalled/.test(reason) ? 'stalled' : 'unexpected', reason };
}

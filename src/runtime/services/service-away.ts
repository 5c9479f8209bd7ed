import { ReplyError } from 'ioredis';
import { isTransient } from '../../adapters/mongo/retry.ts';
import { AppError } from '../../domain/errors.ts';

const AWAY_CODES: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
/** ioredis has no classes for these: a closed connection, and a command that outlived its connections. */
const CLOSED = /Connection is closed|MaxRetriesPerRequestError|max retries per request/;
/** Redis answers with these while it loads its data, shuts down or fails over, and while it is full or cannot write its disk. */
const REFUSING = /^(LOADING|MASTERDOWN|SHUTDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|OOM|MISCONF|EXECABORT)/;

/** Whether the error says that Redis or the store cannot be reached now, so that the same step can succeed later. */
export function isServiceAway(error: unknown): boolean {
  if (error instanceof AppError) return error.retryable;
  if (!(error instanceof Error)) return false;
  return (
    isTransient(error) ||
    AWAY_CODES.has((error as { code?: unknown }).code) ||
    CLOSED.test(`${error.name} ${error.message}`) ||
    (error instanceof ReplyError && REFUSING.test(error.message))
  );
}

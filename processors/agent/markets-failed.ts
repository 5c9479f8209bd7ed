import { AppError, errorText } from '../../src/domain/errors.ts';
import { type MarketFailure } from '../../src/ports/broker.ts';

/** One error for the markets of a job that failed while the others were done. Retryable when a retry can help one of them. */
export function marketsFailed(what: string, failed: readonly MarketFailure[]): AppError {
  const text = `${what}: ${failed.map(({ symbol, error }) => `${symbol}: ${errorText(error)}`).join('; ')}`;
  const cause = failed[0]?.error;
  const canRetry = failed.some(({ error }) => !(error instanceof AppError) || error.retryable);
  return canRetry
    ? new AppError('market-failed', text, { retryable: true, cause })
    : new AppError('market-failed', text, { cause });
}

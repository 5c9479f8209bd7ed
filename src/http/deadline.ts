import { withTimeout } from '../ports/with-timeout.ts';
import { RequestError } from './request-error.ts';

/** Time-outs for HTTP answers. Without them a Redis client waits until Redis returns, a MongoDB client 30 s. */
const LIMITS = {
  redis: {
    ms: 900,
    error: () =>
      new RequestError(503, 'redis-unavailable', 'Redis does not answer', {
        advice: 'Try again; a job added with a jobId is never added twice.',
      }),
  },
  store: {
    ms: 8_000,
    error: () => new RequestError(503, 'store-unavailable', 'the store does not answer', { advice: 'Try again.' }),
  },
} as const;
export type Backend = keyof typeof LIMITS;

const CONNECTION_ERROR = /isn't writeable|Connection is closed|max retries per request|Command timed out|LOADING/i;

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && /^E(CONN|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND)/.test(String(error.code))) return true;
  return CONNECTION_ERROR.test(error.message) || error.name === 'MaxRetriesPerRequestError';
}

/** @throws RequestError 503 when the backend is unreachable or too slow; `work` itself is not cancelled */
export async function answeredBy<T>(backend: Backend, work: Promise<T>): Promise<T> {
  const { ms, error: away } = LIMITS[backend];
  try {
    return await withTimeout(ms, away, work);
  } catch (error) {
    throw backend === 'redis' && isConnectionError(error) ? away() : error;
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, errorText } from '../../domain/errors.ts';
import { jitteredBackOffMs } from '../../domain/retry/back-off.ts';
import { type WorkResponse, type WorkSource } from '../../ports/fleet/worker-source.ts';

export interface HttpWorkSourceOptions {
  /** URL of the coordinator; a path in it is kept. */
  readonly url: string;
  readonly workerId: string;
  /** Sent only to a Bittrading Corp coordinator. */
  readonly token?: string;
}

/** Same as in the Python workers. */
const TIMEOUT_MS = 30_000;
const SUBMIT_ATTEMPTS = 5;
const PAUSES = { firstMs: 500, mostMs: 4_000 };
const USER_AGENT = 'bittrading-corp-worker';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Client of the Python workers' protocol (docs/coordinator-protocol.md#python-workers). Also accepts units of kind
 * `specs` from a Bittrading Corp coordinator. @throws AppError `coordinator-away`
 */
export function createHttpWorkSource({ url, workerId, token }: HttpWorkSourceOptions): WorkSource {
  const base = url.replace(/\/+$/, '');
  let isOwn: boolean | null = null;
  const headers = (): Record<string, string> => ({
    'user-agent': USER_AGENT,
    ...(token !== undefined && isOwn === true && { authorization: `Bearer ${token}` }),
  });

  const ask = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Answer> => {
    try {
      const response = await fetch(`${base}${path}`, {
        ...init,
        headers: { ...headers(), ...init.headers },
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    } catch (cause) {
      signal.throwIfAborted();
      throw new AppError('coordinator-away', `${base}: ${errorText(causeOf(cause))}`, {
        retryable: true,
        cause,
      });
    }
  };

  /** The Python coordinator answers with HTML and status 404. */
  const isOwnCoordinator = async (signal: AbortSignal): Promise<boolean> => {
    const { status, body } = await ask('/api/corp', {}, signal);
    // 5xx may be a server that is starting: ask again later, because the result is cached for the worker's lifetime.
    if (status >= 500) {
      throw new AppError('coordinator-away', `${base} answers with status ${status}`, { retryable: true });
    }
    return status === 200 && isObject(body) && body['server'] === 'bittrading-corp';
  };

  return {
    async next(signal) {
      isOwn ??= await isOwnCoordinator(signal);
      const query = new URLSearchParams({ worker_id: workerId, ...(isOwn && { accepts: 'specs' }) });
      const { status, body } = await ask(`/api/get_work?${query.toString()}`, {}, signal);
      return parseAssignment(status, body);
    },

    async submit(unit, report, signal) {
      const body = JSON.stringify({ work_id: unit.id, worker_id: workerId, ...report });
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { status } = await ask('/api/submit_result', init, signal);
          // The Python coordinator may have stored a result despite status 500, and would count a retry twice.
          if (status === 200 || !isOwn || status < 500) return status === 200;
        } catch (error) {
          if (!isOwn || attempt === SUBMIT_ATTEMPTS) throw error;
        }
        if (attempt === SUBMIT_ATTEMPTS) return false;
        await delay(jitteredBackOffMs(PAUSES, attempt, 0.5, Math.random), undefined, { signal });
      }
    },
  };
}

function parseAssignment(status: number, body: unknown): WorkResponse {
  if (status !== 200 || !isObject(body)) return { none: `the coordinator answered ${status} without work` };
  if (body['shutdown'] === true) return { shutdown: textOf(body['message'], 'the coordinator asked for it') };
  const id = body['work_id'];
  if ((typeof id !== 'number' && typeof id !== 'string') || id === 0 || id === '') {
    return { none: textOf(body['message'], 'no work available') };
  }
  const replica = body['replica_number'];
  return {
    unit: {
      id,
      params: body['strategy_params'],
      replica: typeof replica === 'number' ? replica : 1,
      lease: randomUUID(),
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
/** fetch throws a generic `fetch failed`; the actual error is its cause. */
const causeOf = (error: unknown): unknown => (error instanceof Error && error.cause ? error.cause : error);

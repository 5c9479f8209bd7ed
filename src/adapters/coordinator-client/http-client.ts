import { type z } from 'zod';
import { ask, CLOSED, failed, isPassable, succeeded, type BreakerRules } from './circuit-breaker.ts';
import { type Clock } from '../../ports/clock.ts';
import { AppError } from '../../domain/errors.ts';
import { jitteredBackOffMs } from '../../domain/retry/back-off.ts';
import { callOnce, type Body, type HttpRequest, type Outcome } from './http-call.ts';

export interface HttpClientDeps {
  /** `http://host:5001`; a path before `/api` is kept. */
  readonly url: string;
  readonly clock: Clock;
  /** Rejects when the signal aborts. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0..1 */
  readonly random: () => number;
  readonly agent: string;
  readonly timeoutMs: number;
  readonly breaker: BreakerRules;
}

/** A request without its URL. */
export type RequestOptions = Pick<HttpRequest, 'method' | 'body' | 'token' | 'signal'>;

export interface HttpClient {
  /** Sends a request once. @throws AppError `coordinator-away` when the circuit breaker is open */
  once(path: string, options: RequestOptions): Promise<Outcome>;
  /**
   * For idempotent requests: retries after a lost or unsent request and after 5xx.
   * @throws AppError `coordinator-away`
   */
  again(path: string, options: RequestOptions): Promise<Extract<Outcome, { readonly kind: 'answered' }>>;
  isReachable(): boolean;
}

const ATTEMPTS = 4;
const PAUSES = { firstMs: 400, mostMs: 5_000 };

/** The URL without credentials, for messages. */
export function redactedUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return pathname === '/' ? origin : `${origin}${pathname}`;
}

/** 5xx counts as a failure of the server; 4xx does not. */
const isHealthy = (outcome: Outcome): outcome is Extract<Outcome, { readonly kind: 'answered' }> =>
  outcome.kind === 'answered' && outcome.status < 500;

export function describeOutcome(outcome: Outcome): string {
  if (outcome.kind !== 'answered') return outcome.why;
  const { status, body } = outcome;
  const message = 'plainText' in body ? body.plainText : errorIn(body.json);
  return message === '' ? `status ${status}` : `status ${status}: ${message}`;
}

function errorIn(json: unknown): string {
  const message = typeof json === 'object' && json !== null && 'error' in json ? json.error : '';
  return typeof message === 'string' ? message.slice(0, 300) : '';
}

/** Parses an answer by its schema. @throws AppError `coordinator-bad-answer` with the path of the first bad field */
export function parseAnswer<S extends z.ZodType>(path: string, schema: S, body: Body): z.output<S> {
  const parsed = 'json' in body ? schema.safeParse(body.json) : undefined;
  if (parsed?.success) return parsed.data;
  const issue = parsed?.error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  const what = issue ? `${where}: ${issue.message}` : ': it is not JSON';
  throw new AppError('coordinator-bad-answer', `the coordinator's answer to ${path} has the wrong format${what}`, {
    advice: 'Check that COORDINATOR_URL is a coordinator, and its version',
  });
}

/**
 * Requests to one coordinator, with exponential back-off and full jitter between attempts, so that clients do not retry
 * at the same moment. All requests share one circuit breaker.
 */
export function createHttpClient(deps: HttpClientDeps): HttpClient {
  const { clock, pause, random, agent, timeoutMs, breaker: rules } = deps;
  const base = deps.url.replace(/\/+$/, '');
  const name = redactedUrl(deps.url);
  let breaker = CLOSED;

  async function once(path: string, options: RequestOptions): Promise<Outcome> {
    const { allowed, breaker: next } = ask(breaker, rules, clock.now());
    if (!allowed) {
      throw new AppError('coordinator-away', `${name} did not answer ${breaker.failures} times in a row`, {
        retryable: true,
        advice: 'Check that the coordinator runs, and COORDINATOR_URL; requests are retried automatically',
      });
    }
    breaker = next;
    const outcome = await callOnce({ ...options, url: `${base}${path}`, agent, timeoutMs });
    breaker = isHealthy(outcome) ? succeeded(breaker) : failed(breaker, rules, clock.now());
    return outcome;
  }

  return {
    once,
    async again(path, options) {
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await once(path, options);
        if (isHealthy(outcome)) return outcome;
        if (attempt === ATTEMPTS) {
          throw new AppError('coordinator-away', `${name}${path}: ${describeOutcome(outcome)}`, {
            retryable: true,
            advice: 'Check that the coordinator runs, and COORDINATOR_URL; requests are retried automatically',
          });
        }
        await pause(jitteredBackOffMs(PAUSES, attempt, 1, random), options.signal);
      }
    },
    isReachable: () => isPassable(breaker, rules, clock.now()),
  };
}

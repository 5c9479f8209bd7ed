import { type z } from 'zod';
import { ask, CLOSED, failed, isPassable, succeeded, type BreakerRules } from './circuit-breaker.ts';
import { type Clock } from '../../ports/clock.ts';
import { AppError } from '../../domain/errors.ts';
import { jitteredBackOffMs } from '../../domain/retry/back-off.ts';
import { callOnce, type Body, type HttpRequest, type Outcome } from './http-call.ts';

export interface ExchangeDeps {
  /** `http://host:5001`; a path in front of `/api` is kept. */
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

/** What a request asks for besides its address. */
export type Asked = Pick<HttpRequest, 'method' | 'body' | 'token' | 'signal'>;

export interface Exchange {
  /** Once. @throws AppError `coordinator-away` when the circuit breaker is open. */
  once(path: string, asked: Asked): Promise<Outcome>;
  /** For what may be done twice: again after a lost or unsent request and after 5xx. @throws AppError `coordinator-away`. */
  again(path: string, asked: Asked): Promise<Extract<Outcome, { readonly kind: 'answered' }>>;
  isReachable(): boolean;
}

const ATTEMPTS = 4;
const PAUSES = { firstMs: 400, mostMs: 5_000 };

/** Credentials in the address are nobody's business. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return pathname === '/' ? origin : `${origin}${pathname}`;
}

/** A server that says 503 or 500 is in trouble; one that says 404 is well. */
const isAnswered = (outcome: Outcome): outcome is Extract<Outcome, { readonly kind: 'answered' }> =>
  outcome.kind === 'answered' && outcome.status < 500;

export function wordsOf(outcome: Outcome): string {
  if (outcome.kind !== 'answered') return outcome.why;
  const { status, body } = outcome;
  const said = 'words' in body ? body.words : errorIn(body.json);
  return said === '' ? `status ${status}` : `status ${status}: ${said}`;
}

function errorIn(json: unknown): string {
  const said = typeof json === 'object' && json !== null && 'error' in json ? json.error : '';
  return typeof said === 'string' ? said.slice(0, 300) : '';
}

/** Parses an answer by its schema. @throws AppError `coordinator-bad-answer` saying where it does not fit. */
export function parseAnswer<S extends z.ZodType>(path: string, schema: S, body: Body): z.output<S> {
  const parsed = 'json' in body ? schema.safeParse(body.json) : undefined;
  if (parsed?.success) return parsed.data;
  const issue = parsed?.error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  const what = issue ? `${where}: ${issue.message}` : ': it is not JSON';
  throw new AppError('coordinator-bad-answer', `the coordinator's answer to ${path} does not fit${what}`, {
    advice: 'Check that COORDINATOR_URL is a coordinator, and its version',
  });
}

/**
 * Requests to one coordinator. Pauses between attempts grow and are drawn at random below their bound, so that those who
 * lost it together do not come back together. The circuit breaker is shared by all requests.
 */
export function createExchange(deps: ExchangeDeps): Exchange {
  const { clock, pause, random, agent, timeoutMs, breaker: rules } = deps;
  const base = deps.url.replace(/\/+$/, '');
  const name = shownUrl(deps.url);
  let breaker = CLOSED;

  async function once(path: string, asked: Asked): Promise<Outcome> {
    const { allowed, breaker: next } = ask(breaker, rules, clock.now());
    if (!allowed) {
      throw new AppError('coordinator-away', `${name} did not answer ${breaker.failures} times in a row`, {
        retryable: true,
        advice: 'Check that the coordinator runs, and COORDINATOR_URL; it is tried again by itself',
      });
    }
    breaker = next;
    const outcome = await callOnce({ ...asked, url: `${base}${path}`, agent, timeoutMs });
    breaker = isAnswered(outcome) ? succeeded(breaker) : failed(breaker, rules, clock.now());
    return outcome;
  }

  return {
    once,
    async again(path, asked) {
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await once(path, asked);
        if (isAnswered(outcome)) return outcome;
        if (attempt === ATTEMPTS) {
          throw new AppError('coordinator-away', `${name}${path}: ${wordsOf(outcome)}`, {
            retryable: true,
            advice: 'Check that the coordinator runs, and COORDINATOR_URL; it is tried again by itself',
          });
        }
        await pause(jitteredBackOffMs(PAUSES, attempt, 1, random), asked.signal);
      }
    },
    isReachable: () => isPassable(breaker, rules, clock.now()),
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import { AppError, errorText } from '../domain/errors.ts';
import { backOffMs } from '../domain/retry/back-off.ts';
import { type Logger } from '../ports/logger.ts';

const PAUSES = { firstMs: 250, mostMs: 5_000 };
/** How often a wait is said again. */
const SAY_EVERY_MS = 30_000;

export interface PatienceDeps {
  readonly log: Logger;
  readonly abortSignal: AbortSignal;
  /** Whether the error says that Redis or the store cannot be reached now. @default a retryable AppError */
  readonly isAway?: ((error: unknown) => boolean) | undefined;
  /** @default a timer that `abortSignal` ends */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Repeats `work` until it succeeds; returns undefined when the signal aborted first. */
export type Patiently = <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>;

/**
 * For work that is safe to repeat. An outage of Redis or the store must not end the company, whose positions need it
 * afterwards: it waits as long as the outage lasts, and says so. Any other error is thrown.
 */
export function createPatience({
  log,
  abortSignal,
  isAway = (error) => error instanceof AppError && error.retryable,
  pause = (ms) => delay(ms, undefined, { signal: abortSignal }).catch(() => undefined),
}: PatienceDeps): Patiently {
  return async (what, work) => {
    const since = performance.now();
    let saidAt = -Infinity;
    for (let failures = 1; !abortSignal.aborted; failures += 1) {
      try {
        const result = await work();
        if (failures > 1) log.info(`${what}: goes on after ${Math.round((performance.now() - since) / 1000)} s`);
        return result;
      } catch (error) {
        if (abortSignal.aborted) return undefined;
        if (!isAway(error)) throw error;
        if (performance.now() - saidAt >= SAY_EVERY_MS) {
          log.warn(`${what}: waiting for Redis and the store: ${errorText(error)}`);
          saidAt = performance.now();
        }
        await pause(backOffMs(PAUSES, failures));
      }
    }
    return undefined;
  };
}

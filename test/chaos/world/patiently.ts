import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src/domain/errors.ts';

const LOOK_EVERY_MS = 200;

/**
 * Repeats `look` until its result is neither null nor undefined nor false; null when that takes longer than `withinMs`. A service
 * that is away counts as not yet.
 */
export async function patiently<T>(
  withinMs: number,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T | null> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
    } catch (error) {
      if (!(error instanceof AppError && error.retryable)) throw error;
    }
    if (performance.now() > deadline) return null;
    await delay(LOOK_EVERY_MS);
  }
}

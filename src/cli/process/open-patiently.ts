import { setTimeout as delay } from 'node:timers/promises';
import { sentenceOf } from '../../domain/errors.ts';
import { backOffMs } from '../../domain/retry/back-off.ts';
import { type Logger } from '../../ports/logger.ts';
import { createCleanupStack, type CleanupStack } from '../../runtime/cleanup-stack.ts';
import { isServiceAway } from '../../runtime/services/service-away.ts';

/** For what one attempt has opened. */
const RELEASE_WITHIN_MS = 10_000;
const PAUSES = { firstMs: 250, mostMs: 5_000 };
/** A wait without limit is said this often. */
const SAY_EVERY_MS = 30_000;

export interface Patience {
  readonly log: Logger;
  readonly stop: AbortSignal;
  /** Of the command: releases what the last attempt opened. */
  readonly cleanup: CleanupStack;
  /** How long after the first attempt a new one may start, ms. 0: one attempt. Infinity: without limit. */
  readonly waitMs: number;
  /** @default a timer that `stop` ends */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * Opens what needs Redis and the store, and tries again while one of them is away: after a power cut everything starts
 * at once, and a service may be restarting. Any other error, and the last one after `waitMs`, is thrown unchanged.
 * @param open pushes what it opens on the stack of its attempt, which is released when it throws
 */
export async function openPatiently<T>(
  { log, stop, cleanup, waitMs, pause = (ms) => delay(ms, undefined, { signal: stop }) }: Patience,
  open: (cleanup: CleanupStack) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  let saidAt = -Infinity;
  for (let failures = 1; ; failures += 1) {
    const attempt = createCleanupStack(RELEASE_WITHIN_MS);
    // Pushed first: a signal during the attempt ends it, and what it opened, at once.
    cleanup.push('attempt to start', async () => {
      const failures = await attempt.release();
      for (const { name, error } of failures) log.warn(`closing ${name}: ${error.message}`);
    });
    try {
      return await open(attempt);
    } catch (error) {
      await attempt.release();
      const pauseMs = backOffMs(PAUSES, failures);
      const leftMs = startedAt + waitMs - performance.now();
      if (stop.aborted || leftMs < pauseMs || !isServiceAway(error)) throw error;
      const left = leftMs === Infinity ? '' : `: ${Math.ceil(leftMs / 1000)} s left`;
      if (leftMs !== Infinity || performance.now() - saidAt >= SAY_EVERY_MS) {
        saidAt = performance.now();
        log.warn(`${sentenceOf(error)} (waiting for it${left})`);
      }
      await pause(pauseMs);
    }
  }
}

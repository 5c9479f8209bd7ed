import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../domain/errors.ts';
import { type Logger } from '../../ports/logger.ts';

export interface Repetition {
  close(): Promise<void>;
}

/** Does the work at once, and again `everyMs` after its end. A failed round is made up for by the next one. */
export function repeat(everyMs: number, what: string, log: Logger, work: () => Promise<unknown>): Repetition {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      await work().catch((error: unknown) => log.debug(`${what}: ${errorText(error)}`));
      await delay(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}

import { constants } from 'node:os';
import { errorText } from '../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type ShutdownSignal = (typeof SIGNALS)[number];

export interface ShutdownOptions {
  /** Puts the work away; gets the signal that asked for it. */
  readonly stop: (signal: ShutdownSignal) => Promise<void>;
  readonly log: Logger;
  /** stop() may take this long; then the process exits without it. */
  readonly deadlineMs: number;
  /**
   * The same key press can arrive two or three times: from the terminal, from npm, from the start script. A repeat
   * within this time is the same request, a later one means "now".
   */
  readonly repeatWithinMs?: number;
  readonly source?: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  readonly exit?: (code: number) => void;
}

export interface Shutdown {
  /** Aborted by the first signal: for a start-up that is still under way. */
  readonly requested: AbortSignal;
  /** Gives the signals back to the system. */
  uninstall(): void;
}

/**
 * First SIGINT or SIGTERM: stop(), then exit with 0, or 1 when it failed. Second one, or the deadline: exit at once
 * with 128 + the number of the signal, as a shell would report it.
 */
export function installShutdown(options: ShutdownOptions): Shutdown {
  const { stop, log, deadlineMs, repeatWithinMs = 500, source = process, exit = process.exit.bind(process) } = options;
  const requested = new AbortController();
  let firstAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const force = (signal: ShutdownSignal, why: string): void => {
    log.error(`${why}: exit without a clean stop`, { signal });
    exit(128 + constants.signals[signal]);
  };
  const stopOnce = async (signal: ShutdownSignal): Promise<void> => {
    log.info('stopping; once more to stop at once', { signal });
    timer = setTimeout(() => force(signal, `not stopped within ${deadlineMs} ms`), deadlineMs);
    try {
      await stop(signal);
      exit(0);
    } catch (error) {
      log.error(`stop failed: ${errorText(error)}`, { signal });
      exit(1);
    } finally {
      clearTimeout(timer);
    }
  };
  const onSignal = (signal: ShutdownSignal): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      requested.abort(signal);
      // Cannot reject: stopOnce ends in exit() either way.
      stopOnce(signal).catch(() => undefined);
    } else if (performance.now() - firstAt > repeatWithinMs) {
      force(signal, 'second signal');
    }
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    requested: requested.signal,
    uninstall() {
      for (const signal of SIGNALS) source.off(signal, onSignal);
      clearTimeout(timer);
    },
  };
}

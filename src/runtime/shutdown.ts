import { constants } from 'node:os';
import { errorText } from '../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';
import { releaseTerminal } from './release-terminal.ts';

/** SIGHUP: the terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type ShutdownSignal = (typeof SIGNALS)[number];

export interface ShutdownOptions {
  /** Stops the work; receives the signal that requested it. */
  readonly stop: (signal: ShutdownSignal) => Promise<void>;
  readonly log: Logger;
  /** Time limit of stop(), ms; afterwards the process exits without waiting for it. */
  readonly deadlineMs: number;
  /**
   * One key press can arrive two or three times: from the terminal, from npm, from the start script. A repeat within this
   * time is the same request; a later one requests an immediate exit.
   */
  readonly repeatWithinMs?: number;
  readonly source?: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  readonly exit?: (code: number) => void;
  /** Called before the exit after SIGHUP. @default gives up the terminal of this process */
  readonly onTerminalGone?: () => void;
}

export interface Shutdown {
  /** Aborts at the first signal, to end a start-up in progress. */
  readonly requested: AbortSignal;
  /** Removes the signal handlers. */
  uninstall(): void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP calls stop(), then exits with 0, or with 1 when it failed. A second one, or the deadline,
 * exits at once with 128 + the number of the signal, as a shell reports it.
 */
export function installShutdown(options: ShutdownOptions): Shutdown {
  const { stop, log, deadlineMs, repeatWithinMs = 500, source = process } = options;
  const { onTerminalGone = source === process ? releaseTerminal : () => undefined } = options;
  const requested = new AbortController();
  let firstAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const exit = (signal: ShutdownSignal, code: number): void => {
    if (signal === 'SIGHUP') onTerminalGone();
    (options.exit ?? process.exit.bind(process))(code);
  };
  const force = (signal: ShutdownSignal, cause: string): void => {
    log.error(`${cause}: exit without a clean stop`, { signal });
    exit(signal, 128 + constants.signals[signal]);
  };
  const stopOnce = async (signal: ShutdownSignal): Promise<void> => {
    log.info('stopping; send the signal again to exit at once', { signal });
    timer = setTimeout(() => force(signal, `not stopped within ${deadlineMs} ms`), deadlineMs);
    try {
      await stop(signal);
      exit(signal, 0);
    } catch (error) {
      log.error(`stop failed: ${errorText(error)}`, { signal });
      exit(signal, 1);
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

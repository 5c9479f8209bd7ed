import { constants } from 'node:os';
import { resolve } from 'node:path';
import { type Config } from '../../../config/schema.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { createCleanupStack, type CleanupStack } from '../../runtime/cleanup-stack.ts';
import { createLogger, type ClosableLogger } from '../../runtime/logger.ts';
import { installShutdown, type ShutdownSignal } from '../../runtime/shutdown.ts';
import { type CliIo } from '../output/io.ts';

export interface ProcessOptions {
  readonly config: Config;
  /**
   * Whether the command comes to an end by itself. Then the screen shows only what needs attention (the files get
   * everything), and a run that a signal interrupts has failed.
   */
  readonly finishes: boolean;
  /** Whether there are log files besides the terminal. */
  readonly keepsLogs: boolean;
  /** From the first signal to the end of the process. */
  readonly stopWithinMs: number;
}

/** What a long-running command works with. */
export interface ProcessRun {
  readonly log: ClosableLogger;
  /** What is pushed here is released at the end, however the command ends. */
  readonly cleanup: CleanupStack;
  /** Aborted by the first signal, or by `fail`: the command then comes to its end. */
  readonly stop: AbortSignal;
  /** Ends the command with this error. */
  readonly fail: (error: Error) => void;
}

/** Of `stopWithinMs`, for what comes after the release. */
const LAST_WORDS_MS = 2_000;

/**
 * The shell of every long-running command. The first signal aborts `stop`, and the process exits when all is released:
 * with 0, or, when the command should have come to an end by itself, with 128 + the number of the signal. A second signal
 * or the deadline exits at once. Errors after a signal are those of work that was interrupted: only a command that
 * should have finished reports them.
 */
export async function runProcess<T>(
  io: CliIo,
  { config, finishes, keepsLogs, stopWithinMs }: ProcessOptions,
  use: (run: ProcessRun) => Promise<T>,
): Promise<T | undefined> {
  const level = config.runtime.logLevel;
  const log = createLogger({
    level,
    ...(keepsLogs && { directory: resolve(PROJECT_ROOT, config.database.logDirectory) }),
    terminal: io.terminal,
    ...(finishes && level === 'info' && { terminalLevel: 'warn' }),
  });
  const cleanup = createCleanupStack(stopWithinMs - LAST_WORDS_MS);
  const stopping = new AbortController();
  let fatal: Error | null = null;
  let interruptedBy: ShutdownSignal | null = null;
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolveDone) => (finished = resolveDone));
  const shutdown = installShutdown({
    async stop(signal) {
      interruptedBy = signal;
      stopping.abort();
      await done;
    },
    log,
    deadlineMs: stopWithinMs,
    exit: (code) =>
      process.exit(code === 0 && finishes && interruptedBy !== null ? 128 + constants.signals[interruptedBy] : code),
  });
  const fail = (error: Error): void => {
    fatal ??= error;
    stopping.abort(error);
  };
  try {
    const result = await use({ log, cleanup, stop: stopping.signal, fail });
    if (fatal !== null) throw fatal as Error;
    return result;
  } catch (error) {
    if (!finishes && isInterrupted()) return undefined;
    throw error;
  } finally {
    for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
    await log.close();
    finished();
    shutdown.uninstall();
  }

  function isInterrupted(): boolean {
    return interruptedBy !== null && fatal === null;
  }
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolveAborted) => signal.addEventListener('abort', () => resolveAborted(), { once: true }));
}

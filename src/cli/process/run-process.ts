import { constants } from 'node:os';
import { type Config } from '../../../config/schema.ts';
import { sentenceOf } from '../../domain/errors.ts';
import { createCleanupStack, type CleanupStack } from '../../runtime/cleanup-stack.ts';
import { createLogger, type ClosableLogger } from '../../runtime/log/logger.ts';
import { openLogFiles } from '../../runtime/log/log-files.ts';
import { installShutdown, type ShutdownSignal } from '../../runtime/shutdown.ts';
import { type CliIo } from '../output/io.ts';

export interface ProcessOptions {
  readonly config: Config;
  /**
   * Whether the command ends by itself. Then the terminal shows only warnings and errors (the log files contain
   * everything), and a run that a signal interrupts has failed.
   */
  readonly finishes: boolean;
  /** Whether to write log files besides the terminal. */
  readonly keepsLogs: boolean;
  /** Time limit from the first signal to the end of the process, ms. */
  readonly stopWithinMs: number;
}

/** Passed to a long-running command. */
export interface ProcessRun {
  readonly log: ClosableLogger;
  /** Resources pushed here are released whenever the command ends. */
  readonly cleanup: CleanupStack;
  /** Aborts at the first signal or at `fail`; the command must then end. */
  readonly stop: AbortSignal;
  /** Ends the command with this error: cleanly if that is possible within a few seconds. */
  readonly fail: (error: Error) => void;
}

/** From a fatal error to the exit, when closing takes longer. */
const FAIL_WITHIN_MS = 8_000;
/** Part of `stopWithinMs` reserved for the steps after the release. */
const AFTER_RELEASE_MS = 2_000;

/**
 * Runs a long-running command. The first signal aborts `stop`, and the process exits when everything is released: with 0,
 * or with 128 + the number of the signal when the command should have ended by itself (`finishes`). A second signal or the
 * deadline exits at once. Errors after a signal come from interrupted work; they are reported only with `finishes`.
 */
export async function runProcess<T>(
  io: CliIo,
  { config, finishes, keepsLogs, stopWithinMs }: ProcessOptions,
  use: (run: ProcessRun) => Promise<T>,
): Promise<T | undefined> {
  const level = config.runtime.logLevel;
  const { logDirectory, logs, namespace } = config.database;
  const log = createLogger({
    level,
    fields: { company: namespace },
    ...(keepsLogs &&
      level !== 'silent' && {
        files: openLogFiles({
          directory: logDirectory,
          maxFileBytes: logs.maxFileMegabytes * 1_000_000,
          keepFiles: logs.keepFiles,
          complain: (line) => io.complain(`corp: ${line}`),
        }),
      }),
    terminal: io.terminal,
    ...(finishes && level === 'info' && { terminalLevel: 'warn' }),
  });
  const cleanup = createCleanupStack(stopWithinMs - AFTER_RELEASE_MS);
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
  let failing: NodeJS.Timeout | undefined;
  const fail = (error: Error): void => {
    if (fatal !== null) return;
    fatal = error;
    // At once: what is closed now may wait for a service that will not come back.
    log.error(`stopping: ${sentenceOf(error)}`);
    failing = setTimeout(() => {
      log.error(`not stopped within ${FAIL_WITHIN_MS} ms: exit without a clean stop`);
      process.exit(1);
    }, FAIL_WITHIN_MS);
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
    clearTimeout(failing);
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

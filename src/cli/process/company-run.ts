import { constants } from 'node:os';
import { resolve } from 'node:path';
import { type Config } from '../../../config/schema.ts';
import { startCompany, type Company, type CompanyOptions } from '../../runtime/company.ts';
import { createLogger, type ClosableLogger } from '../../runtime/logger.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { installShutdown, type ShutdownSignal } from '../../runtime/shutdown.ts';
import { type CliIo } from '../output/io.ts';

export interface CompanyRun {
  readonly config: Config;
  /**
   * Whether the run comes to an end by itself. Then the screen shows only what needs attention (the files get
   * everything), and a run that a signal interrupts has failed.
   */
  readonly finishes: boolean;
  readonly company: Omit<CompanyOptions, 'config' | 'log' | 'signal' | 'onFatal'>;
}

/** A clean stop may take this long: draining, stores, services. */
const STOP_WITHIN_MS = 30_000;

/**
 * Runs `use` inside a company of its own and closes it again, whatever happens. A signal aborts `stop`; `use` is then
 * expected to come to its end.
 */
export async function withCompany<T>(
  io: CliIo,
  { config, finishes, company: options }: CompanyRun,
  use: (company: Company, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const level = config.runtime.logLevel;
  const log: ClosableLogger = createLogger({
    level,
    directory: resolve(PROJECT_ROOT, config.database.logDirectory),
    terminal: io.terminal,
    ...(finishes && level === 'info' && { terminalLevel: 'warn' }),
  });
  const stopping = new AbortController();
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolveDone) => (finished = resolveDone));
  let interruptedBy: ShutdownSignal | null = null;
  const shutdown = installShutdown({
    async stop(signal) {
      interruptedBy = signal;
      stopping.abort();
      await done;
    },
    log,
    deadlineMs: STOP_WITHIN_MS,
    exit: (code) =>
      process.exit(code === 0 && finishes && interruptedBy !== null ? 128 + constants.signals[interruptedBy] : code),
  });
  try {
    const company = await startCompany({
      ...options,
      config,
      log,
      signal: shutdown.requested,
      onFatal: (error) => stopping.abort(error),
    });
    try {
      const result = await use(company, stopping.signal);
      const { reason } = stopping.signal as { reason?: unknown };
      if (reason instanceof Error && reason.name !== 'AbortError') throw reason;
      return result;
    } finally {
      await company.close();
    }
  } finally {
    await log.close();
    finished();
    shutdown.uninstall();
  }
}

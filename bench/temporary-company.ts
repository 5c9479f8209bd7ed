import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment } from '../config/process-environment.ts';
import { type Config } from '../config/schema.ts';
import { type CliIo } from '../src/cli/output/io.ts';
import { loadCliConfig } from '../src/cli/process/load-cli-config.ts';
import { createLogger, type ClosableLogger } from '../src/runtime/logger.ts';
import { createCleanupStack, type CleanupStack } from '../src/runtime/cleanup-stack.ts';
import { installShutdown } from '../src/runtime/shutdown.ts';

/** Where a benchmark runs: nothing of it touches the company that lives in this checkout. */
export interface TemporaryCompany {
  readonly log: ClosableLogger;
  /** A folder for its files, gone when it has ended. */
  readonly directory: string;
  /** What is pushed here is released when the benchmark has ended. */
  readonly cleanup: CleanupStack;
  /** Aborts when a signal ends the benchmark. */
  readonly stop: AbortSignal;
  /** For a process that keeps its data and logs in the folder `name` of the directory, with services of its own. */
  readonly environment: (name: string) => Environment;
  /** The project's configuration in that environment. */
  readonly config: (name: string) => Config;
}

const RELEASE_WITHIN_MS = 30_000;

/** Gives `use` a workplace, and leaves nothing of it, however it ends. */
export async function withTemporaryCompany<T>(
  io: CliIo,
  use: (temporaryCompany: TemporaryCompany) => Promise<T>,
): Promise<T> {
  const cleanup = createCleanupStack(RELEASE_WITHIN_MS);
  const directory = await mkdtemp(join(tmpdir(), `corp-bench-${process.pid}-`));
  cleanup.push('directory', () => rm(directory, { recursive: true, force: true }));
  const environment = (name: string): Environment => ({
    ...io.environment,
    // Empty counts as absent, and wins over a .env file.
    REDIS_URL: '',
    MONGO_URL: '',
    CORP_DATABASE__DATA_DIRECTORY: join(directory, name),
    CORP_DATABASE__LOG_DIRECTORY: join(directory, `${name}-logs`),
  });
  const log = createLogger({
    level: 'info',
    directory: join(directory, 'logs'),
    terminalLevel: 'warn',
    terminal: io.terminal,
  });
  cleanup.push('log', () => log.close());
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finished = resolve));
  // A signal aborts `stop`; `use` then comes to its end, and what it opened is closed in its own order.
  const shutdown = installShutdown({ stop: () => done, log, deadlineMs: RELEASE_WITHIN_MS });
  try {
    return await use({
      log,
      directory,
      cleanup,
      stop: shutdown.requested,
      environment,
      config: (name) => loadCliConfig({ environment: environment(name), cwd: io.cwd }),
    });
  } finally {
    for (const { name, error } of await cleanup.release()) io.complain(`closing ${name}: ${error.message}`);
    finished();
    shutdown.uninstall();
  }
}

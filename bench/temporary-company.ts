import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment } from '../config/process-environment.ts';
import { type Config } from '../config/schema.ts';
import { type CliIo } from '../src/cli/output/io.ts';
import { loadCliConfig } from '../src/cli/process/load-cli-config.ts';
import { createLogger, type ClosableLogger } from '../src/runtime/log/logger.ts';
import { createCleanupStack, type CleanupStack } from '../src/runtime/cleanup-stack.ts';
import { installShutdown } from '../src/runtime/shutdown.ts';

/** Environment of a benchmark, separate from the company in this checkout. */
export interface TemporaryCompany {
  readonly log: ClosableLogger;
  /** A folder for its files; removed at the end. */
  readonly directory: string;
  /** Released at the end of the benchmark. */
  readonly cleanup: CleanupStack;
  /** Aborts when a signal ends the benchmark. */
  readonly stop: AbortSignal;
  /** Environment of a process with its own services, and with data and logs in the folder `name` of the directory. */
  readonly environment: (name: string) => Environment;
  /** The project's configuration in that environment. */
  readonly config: (name: string) => Config;
}

const RELEASE_WITHIN_MS = 30_000;

/** Calls `use` with a temporary company and removes everything afterwards, also after an error. */
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
  });
  const log = createLogger({ level: 'warn', terminal: io.terminal });
  cleanup.push('log', () => log.close());
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finished = resolve));
  // A signal aborts `stop`. `use` then ends, and the cleanup stack closes what it opened.
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

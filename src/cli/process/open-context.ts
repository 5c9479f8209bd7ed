import { constants } from 'node:os';
import { createLogger } from '../../runtime/log/logger.ts';
import { type AppContext } from '../../runtime/context.ts';
import { openReadContext, type ContextOptions, type ReadContext } from '../../runtime/read-context.ts';
import { createCleanupStack } from '../../runtime/cleanup-stack.ts';
import { installShutdown, type ShutdownSignal } from '../../runtime/shutdown.ts';
import { type DescriptorChoice } from './choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from './load-cli-config.ts';
import { openServices, type CommandServices } from './open-services.ts';

const CLOSE_WITHIN_MS = 20_000;

/** Runs a short command with the full application context: queues, market data, broker and threads. */
export async function withContext<T>(
  io: CliIo,
  chooseDescriptor: DescriptorChoice,
  use: (context: AppContext, services: CommandServices) => Promise<T>,
): Promise<T> {
  const { openContext } = await import('../../runtime/context.ts');
  return withOpened(io, chooseDescriptor, openContext, use);
}

/** Runs a short command that only reads a company. */
export async function withReadContext<T>(
  io: CliIo,
  chooseDescriptor: DescriptorChoice,
  use: (context: ReadContext, services: CommandServices) => Promise<T>,
): Promise<T> {
  return withOpened(io, chooseDescriptor, (options) => openReadContext(options), use);
}

/** Runs a short command that writes to a company's stores without its agents. */
export async function withWritableStores<T>(
  io: CliIo,
  chooseDescriptor: DescriptorChoice,
  use: (context: ReadContext, services: CommandServices) => Promise<T>,
): Promise<T> {
  const open = async (options: ContextOptions): Promise<ReadContext> => {
    const context = await openReadContext(options, 'write');
    await context.ensureIndexes();
    return context;
  };
  return withOpened(io, chooseDescriptor, open, use);
}

/** Opens the context, runs `use` and closes everything, also after a signal. Logs warnings and errors only. */
async function withOpened<C extends ReadContext, T>(
  io: CliIo,
  chooseDescriptor: DescriptorChoice,
  open: (options: ContextOptions) => Promise<C>,
  use: (context: C, services: CommandServices) => Promise<T>,
): Promise<T> {
  const config = loadCliConfig(io);
  const { logLevel } = config.runtime;
  const log = createLogger({
    level: logLevel === 'info' ? 'warn' : logLevel,
    fields: { company: config.database.namespace },
    terminal: io.terminal,
  });
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  const release = async (): Promise<void> => {
    for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
  };
  let opening: Promise<unknown> | undefined;
  let interruptedBy: ShutdownSignal | undefined;
  const shutdown = installShutdown({
    stop: async (signal) => {
      interruptedBy = signal;
      // Wait until services in start-up can be stopped.
      await opening?.catch(() => undefined);
      await release();
    },
    log,
    deadlineMs: CLOSE_WITHIN_MS,
    // An interrupted command did not do its work: exit with the signal's code even after a clean stop.
    exit: (code) =>
      process.exit(code === 0 && interruptedBy !== undefined ? 128 + constants.signals[interruptedBy] : code),
  });
  try {
    const found = openServices(config, log, shutdown.requested);
    opening = found;
    const services = await found;
    cleanup.push('services', () => services.close());
    const { url: redisUrl } = services.redis;
    const descriptor = await chooseDescriptor(config, redisUrl, services.mongo.url);
    const context = await open({ config, descriptor, redisUrl, mongoUrl: services.mongo.url, log });
    cleanup.push('context', () => context.close());
    return await Promise.race([use(context, services), services.lost]);
  } finally {
    await release();
    shutdown.uninstall();
    await log.close();
  }
}

import { InvalidArgumentError, Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { isQueueName, QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { createLogger } from '../../runtime/logger.ts';
import { startNode } from '../../runtime/node.ts';
import { openContext } from '../../runtime/context.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { createCleanupStack } from '../../runtime/cleanup-stack.ts';
import { installShutdown } from '../../runtime/shutdown.ts';
import { awaitCompany } from '../../runtime/company-descriptor.ts';
import { type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { openServices } from '../process/open-services.ts';
import { modeOption } from '../input/options.ts';

interface Options {
  readonly queues: readonly QueueName[];
  readonly concurrency?: number;
  readonly mode?: Mode;
  readonly drain: number;
}

function parseQueues(text: string): readonly QueueName[] {
  if (text === 'all') return QUEUE_NAMES;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isQueueName(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no queue '${unknown}': ${QUEUE_NAMES.join(', ')}, or all.`);
  return [...new Set(names.filter(isQueueName))];
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new InvalidArgumentError('Write a whole number from 1 to 256.');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 600) return seconds;
  throw new InvalidArgumentError('Write seconds from 0 to 600.');
}

/** In a fleet, nodes may be up before the company is. */
const COMPANY_WAIT_MS = 60_000;

/** Runs desks of a company that was started elsewhere, until a signal ends it. */
async function run(io: CliIo, options: Options): Promise<void> {
  const config = loadCliConfig(io);
  const log = createLogger({
    level: config.runtime.logLevel,
    directory: resolve(PROJECT_ROOT, config.database.logDirectory),
    terminal: io.terminal,
  });
  const cleanup = createCleanupStack((options.drain + 10) * 1000);
  const release = async (): Promise<void> => {
    for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
    await log.close();
  };
  const shutdown = installShutdown({ stop: release, log, deadlineMs: (options.drain + 12) * 1000 });
  try {
    const services = await openServices(config, log, shutdown.requested);
    cleanup.push('services', () => services.close());
    const mode = options.mode ?? config.runtime.tradingMode;
    const { namespace } = config.database;
    const descriptor = await awaitCompany(services.redis.url, namespace, mode, COMPANY_WAIT_MS, shutdown.requested);
    const context = await openContext({
      config,
      descriptor,
      redisUrl: services.redis.url,
      mongoUrl: services.mongo.url,
      log,
    });
    cleanup.push('office', () => context.close());
    const node = await startNode(context, {
      queues: options.queues,
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    });
    cleanup.push('node', () => node.close(options.drain * 1000));
    io.complain(
      `node ${node.name} works on ${options.queues.join(', ')} (${descriptor.mode}, account ${descriptor.account}); Ctrl-C drains it`,
    );
    await services.lost;
  } catch (error) {
    if (shutdown.requested.aborted) return;
    await release();
    throw error;
  }
}

export function registerNode(program: Command, io: CliIo): void {
  program
    .command('node')
    .addOption(
      new Option('--queues <list>', 'queues to work on, like backtest,optimizer, or all')
        .argParser(parseQueues)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--concurrency <n>', 'jobs of a queue at once').argParser(parseCount))
    .addOption(modeOption())
    .addOption(
      new Option('--drain <seconds>', 'at the end, wait this long for jobs in hand')
        .argParser(parseSeconds)
        .default(30),
    )
    .action((options: Options) => run(io, options));
}

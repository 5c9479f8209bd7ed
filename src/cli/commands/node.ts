import { InvalidArgumentError, Option, type Command } from 'commander';
import { type Config } from '../../../config/schema.ts';
import { isQueueName, QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { startNode } from '../../runtime/node.ts';
import { openContext } from '../../runtime/context.ts';
import { awaitCompany } from '../../runtime/company-descriptor.ts';
import { createCleanupStack } from '../../runtime/cleanup-stack.ts';
import { requireSecret } from '../../runtime/require-same-company.ts';
import { requireSoundRedis } from '../../runtime/services/probe-redis.ts';
import { errorText } from '../../domain/errors.ts';
import { type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { loadCliConfig } from '../process/load-cli-config.ts';
import { openServices } from '../process/open-services.ts';
import { openPatiently } from '../process/open-patiently.ts';
import { aborted, runProcess, type ProcessRun } from '../process/run-process.ts';
import { modeOption } from '../input/options.ts';
import { decimalOf } from '../input/decimal.ts';

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
  const count = decimalOf(text);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new InvalidArgumentError('Write a whole number from 1 to 256.');
}

function parseSeconds(text: string): number {
  const seconds = decimalOf(text);
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 600) return seconds;
  throw new InvalidArgumentError('Write seconds from 0 to 600.');
}

/** In a fleet, nodes may start before the company. */
const COMPANY_WAIT_MS = 60_000;
const SOUND_WITHIN_MS = 5000;

/**
 * Runs agents of a company that was started elsewhere, until a signal ends it. When the services of the
 * company end with it, the node waits for it without limit: it may be restarting.
 */
async function run(io: CliIo, options: Options): Promise<void> {
  const config = loadCliConfig(io);
  const stopWithinMs = (options.drain + 12) * 1000;
  await runProcess(io, { config, finishes: false, keepsLogs: true, stopWithinMs }, async (running) => {
    const { log, stop, cleanup } = running;
    for (let { waitMs } = config.database.services; !stop.aborted; waitMs = Infinity) {
      const company = createCleanupStack(stopWithinMs);
      const leave = async (): Promise<void> => {
        for (const { name, error } of await company.release()) log.debug(`closing ${name}: ${error.message}`);
      };
      cleanup.push('company', leave);
      const opening = openPatiently({ log, stop, cleanup: company, waitMs }, (attempt) =>
        join(io, config, options, { ...running, cleanup: attempt }),
      );
      const joined = await untilAborted(opening, stop);
      const why = await Promise.race([aborted(stop), joined.over]);
      if (why === undefined) return;
      log.warn(`${why}; the node waits for its company`);
      await leave();
    }
  });
}

interface Joined {
  /** Resolves with the reason when the services have ended. */
  readonly over: Promise<string>;
}

async function join(
  io: CliIo,
  config: Config,
  options: Options,
  { log, cleanup, stop }: Pick<ProcessRun, 'log' | 'cleanup' | 'stop'>,
): Promise<Joined> {
  const services = await openServices(config, log, stop, 'refuse');
  cleanup.push('services', () => services.close());
  const { url: redisUrl } = services.redis;
  const mode = options.mode ?? config.runtime.tradingMode;
  const { namespace } = config.database;
  await requireSoundRedis(redisUrl, namespace, SOUND_WITHIN_MS);
  const descriptor = await awaitCompany(redisUrl, namespace, mode, COMPANY_WAIT_MS, stop);
  const { url: mongoUrl } = services.mongo;
  const context = await openContext({ config, descriptor, redisUrl, mongoUrl, log, logsBroadcasts: true });
  cleanup.push('context', () => context.close());
  requireSecret(context, options.queues);
  const node = await startNode(context, {
    queues: options.queues,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  });
  let areServicesGone = false;
  cleanup.push('node', () => (areServicesGone ? node.abandon() : node.close(options.drain * 1000)));
  io.complain(
    `node ${node.name} serves ${options.queues.join(', ')} (${descriptor.mode}, account ${descriptor.account}); Ctrl-C drains it`,
  );
  const over = services.lost.catch((error: unknown) => {
    areServicesGone = true;
    return errorText(error);
  });
  return { over };
}

export function registerNode(program: Command, io: CliIo): void {
  program
    .command('node')
    .addOption(
      new Option('--queues <list>', 'queues to serve, like backtest,optimizer, or all')
        .argParser(parseQueues)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--concurrency <n>', 'concurrent jobs per queue').argParser(parseCount))
    .addOption(modeOption())
    .addOption(
      new Option('--drain <seconds>', 'at shutdown, wait this long for running jobs')
        .argParser(parseSeconds)
        .default(30),
    )
    .action((options: Options) => run(io, options));
}

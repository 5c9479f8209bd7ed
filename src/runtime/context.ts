import { availableParallelism } from 'node:os';
import { type Producer } from '../../queues/producer.ts';
import { createRedisBroadcaster } from '../adapters/broadcast/redis-stream.ts';
import { createEvaluator } from '../adapters/threads/evaluator.ts';
import { type Broadcaster } from '../ports/broadcaster.ts';
import { type Broker } from '../ports/broker.ts';
import { type Evaluator } from '../ports/evaluator.ts';
import { type MarketData } from '../ports/market-data.ts';
import { logBroadcasts } from './log/log-broadcasts.ts';
import { marketOf } from './market-of.ts';
import { openQueues, type OpenQueues } from './open-queues.ts';
import { openReadContext, type ContextOptions, type ReadContext } from './read-context.ts';
import { openRemoteWork, type RemoteWork } from './remote-work.ts';
import { createCleanupStack } from './cleanup-stack.ts';

/** Dependencies of agents, API and command line, opened once for one company (mode, market, account). */
export interface AppContext extends ReadContext {
  /** Shared by all queues and agents of this process. */
  readonly connection: OpenQueues['connection'];
  readonly broadcastKey: string;
  readonly producer: Producer;
  readonly data: MarketData;
  readonly broker: Broker;
  readonly evaluator: Evaluator;
  readonly broadcaster: Broadcaster;
  /** Null unless backtests are forwarded to remote workers. */
  readonly remote: RemoteWork | null;
}

export interface AppContextOptions extends ContextOptions {
  /** Whether alerts, fills and trading states are logged. A short command prints what it does itself. @default false */
  readonly logsBroadcasts?: boolean;
}

const CLOSE_WITHIN_MS = 8000;

/** The composition root of agents. @throws AppError `bad-descriptor`, `not-supported`. */
export async function openContext(options: AppContextOptions): Promise<AppContext> {
  const { config, redisUrl } = options;
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  try {
    const { ensureIndexes, close: closeStores, ...read } = await openReadContext(options, 'write');
    cleanup.push('store connection', closeStores);
    await ensureIndexes();
    const { prefix, log } = read;

    const { connection, producer } = openQueues(read, cleanup);
    const broadcastKey = `${prefix}:broadcast`;
    const stream = createRedisBroadcaster({
      url: redisUrl,
      key: broadcastKey,
      maxLength: config.database.broadcast.maxLength,
      onError: (error) => log.debug(`broadcast connection: ${error.message}`),
    });
    cleanup.push('broadcaster', () => stream.close());
    const broadcaster = options.logsBroadcasts ? logBroadcasts(stream, log) : stream;

    const { agents } = config;
    const { data, broker, close: closeMarket } = marketOf(read);
    cleanup.push('candle source', closeMarket);
    const threads = agents.threads.count > 0 ? agents.threads.count : Math.max(1, availableParallelism() - 1);
    const evaluator = createEvaluator({ data, threads, columnBytes: agents.threads.columnMegabytes * 1e6 });
    cleanup.push('backtest threads', () => evaluator.close());
    const remote = openRemoteWork(config, read.clock);
    if (remote) cleanup.push('worker engine', () => remote.engine.close());

    return {
      ...read,
      connection,
      broadcastKey,
      producer,
      data,
      broker,
      evaluator,
      broadcaster,
      remote,
      async close() {
        for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
      },
    };
  } catch (error) {
    await cleanup.release();
    throw error;
  }
}

import { availableParallelism } from 'node:os';
import { type Config } from '../../config/schema.ts';
import { type Producer } from '../../queues/producer.ts';
import { createRedisBroadcaster } from '../adapters/broadcast/redis-stream.ts';
import { createMarketData } from '../adapters/market-data/market-data.ts';
import { createPaperBroker } from '../adapters/paper/broker.ts';
import { createReplaySource } from '../adapters/market-data/replay-source.ts';
import { createSimulatedSource } from '../adapters/simulated/candle-source.ts';
import { createEvaluator } from '../adapters/threads/evaluator.ts';
import { type Broadcaster } from '../ports/broadcaster.ts';
import { type Broker } from '../ports/broker.ts';
import { type CandleSource } from '../ports/candle-source.ts';
import { AppError } from '../domain/errors.ts';
import { type Evaluator } from '../ports/evaluator.ts';
import { type MarketData } from '../ports/market-data.ts';
import { type Stores } from '../ports/stores.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';
import { logBroadcasts } from './log/log-broadcasts.ts';
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

/** Currency of the paper accounts. */
export const ACCOUNT_CURRENCY = 'USD';
const CLOSE_WITHIN_MS = 8000;
/** Cache size of the simulation, in days. Market data reads candles once; two months (7 MB) let all markets load concurrently. */
const SIMULATED_DAYS = 64;

function sourceOf(descriptor: CompanyDescriptor, stores: Stores, { fees }: Config['exchange']): CandleSource {
  switch (descriptor.mode) {
    case 'simulated': {
      if (!descriptor.simulation)
        throw new AppError('bad-descriptor', 'the descriptor of a simulated company has no seed and start');
      return createSimulatedSource(
        { ...descriptor.simulation, cachedChunks: SIMULATED_DAYS },
        { takerFeeRate: fees.taker, makerFeeRate: fees.maker },
      );
    }
    case 'replay':
      return createReplaySource(stores.candles, descriptor.source);
    case 'paper':
    case 'live':
      throw new AppError('not-supported', `trading mode ${descriptor.mode} is not part of this version`, {
        advice: 'Use simulated or replay',
      });
    default:
      return descriptor.mode satisfies never;
  }
}

/** The composition root: the only place that decides what differs between modes. @throws AppError `bad-descriptor`, `not-supported`. */
export async function openContext(options: AppContextOptions): Promise<AppContext> {
  const { config, descriptor, redisUrl } = options;
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  try {
    const { ensureIndexes, close: closeStores, ...read } = await openReadContext(options, 'write');
    cleanup.push('store connection', closeStores);
    await ensureIndexes();
    const { stores, prefix, log } = read;

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

    const { exchange, agents } = config;
    const source = sourceOf(descriptor, stores, exchange);
    cleanup.push('candle source', () => source.close());
    const data = createMarketData({
      source,
      name: descriptor.source,
      feed: stores.feed,
      minimumCoverage: exchange.minimumCoverage,
    });
    const { slippageRate, stopRangeShare, priceImprovement } = exchange;
    const broker = createPaperBroker({
      accounts: stores.venueAccounts,
      data,
      startingCash: exchange.paper.startingCash,
      quote: ACCOUNT_CURRENCY,
      terms: { slippageRate, stopRangeShare, priceImprovement },
    });
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

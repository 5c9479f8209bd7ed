import { availableParallelism } from 'node:os';
import { type ConnectionOptions } from 'bullmq';
import { type Config } from '../../config/schema.ts';
import { keyPrefix } from '../../queues/names.ts';
import { createProducer, type Producer } from '../../queues/producer.ts';
import { createRedisBroadcaster } from '../adapters/broadcast/redis-stream.ts';
import { createMarketData } from '../adapters/market-data/market-data.ts';
import { connectMongo } from '../adapters/mongo/connection.ts';
import { createMongoStores } from '../adapters/mongo/stores.ts';
import { createPaperBroker } from '../adapters/paper/broker.ts';
import { createReplaySource } from '../adapters/market-data/replay-source.ts';
import { createSimulatedSource } from '../adapters/simulated/candle-source.ts';
import { createEvaluator } from '../adapters/threads/evaluator.ts';
import { createSimulation } from '../domain/simulation/simulation.ts';
import { type Broadcaster } from '../ports/broadcaster.ts';
import { type Broker } from '../ports/broker.ts';
import { type CandleSource } from '../ports/candle-source.ts';
import { type Clock } from '../ports/clock.ts';
import { AppError } from '../domain/errors.ts';
import { type Evaluator } from '../ports/evaluator.ts';
import { type Logger } from '../ports/logger.ts';
import { type MarketData } from '../ports/market-data.ts';
import { type Stores } from '../ports/stores.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';
import { connectRedis } from './redis-connection.ts';
import { openRemoteWork, type RemoteWork } from './remote-work.ts';
import { createCleanupStack } from './cleanup-stack.ts';
import { type TradingMode } from '../domain/trading-mode.ts';

/** Everything an agent, the API or the command line works with, opened once for one company (mode, market, account). */
export interface AppContext {
  readonly config: Config;
  readonly descriptor: CompanyDescriptor;
  readonly redisUrl: string;
  /** Shared by all queues and desks of this process. */
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly broadcastKey: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stores: Stores;
  readonly producer: Producer;
  readonly data: MarketData;
  readonly broker: Broker;
  readonly evaluator: Evaluator;
  readonly broadcaster: Broadcaster;
  /** Null unless backtests are forwarded. */
  readonly remote: RemoteWork | null;
  close(): Promise<void>;
}

export interface AppContextOptions {
  readonly config: Config;
  readonly descriptor: CompanyDescriptor;
  readonly redisUrl: string;
  readonly mongoUrl: string;
  readonly log: Logger;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Names of everything that belongs to one mode: simulated results never mix with real ones. */
export const scopeOf = (namespace: string, mode: TradingMode): string => `${namespace}-${mode}`;

const CLOSE_WITHIN_MS = 8000;
/** Market data asks for candles once and keeps them as series; two months (7 MB) let all markets load side by side. */
const SIMULATED_DAYS = 64;

function sourceOf(descriptor: CompanyDescriptor, stores: Stores, { fees }: Config['exchange']): CandleSource {
  switch (descriptor.mode) {
    case 'simulated': {
      if (!descriptor.simulation) throw new AppError('bad-card', 'a simulated company must say its seed and start');
      return createSimulatedSource(
        createSimulation({ ...descriptor.simulation, cachedChunks: SIMULATED_DAYS }),
        descriptor.simulation.startTime,
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

/** The composition root: what differs between modes is decided here and nowhere else. */
export async function openContext({
  config,
  descriptor,
  redisUrl,
  mongoUrl,
  log,
}: AppContextOptions): Promise<AppContext> {
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  const scope = scopeOf(config.database.namespace, descriptor.mode);
  // Each market has queues of its own: jobs that a killed company left behind wait there until the same market is opened
  // again. On shared queues the next company would do them with other candles.
  const prefix = keyPrefix(config.database.namespace, `${descriptor.mode}-${descriptor.source}`);
  const broadcastKey = `${prefix}:broadcast`;
  const warn = (what: string) => (error: Error) => log.debug(`${what}: ${error.message}`);
  try {
    const mongo = await connectMongo({ url: mongoUrl, database: scope, onError: warn('store connection') });
    cleanup.push('store connection', () => mongo.close());
    const stores = createMongoStores(mongo);
    await stores.ensureIndexes();

    const redis = connectRedis(redisUrl, 'patient', log);
    cleanup.push('redis', () => redis.close());
    const { connection } = redis;
    const producer = createProducer({ connection, prefix, log });
    cleanup.push('queues', () => producer.close());
    const broadcaster = createRedisBroadcaster({
      url: redisUrl,
      key: broadcastKey,
      maxLength: config.database.broadcast.maxLength,
      onError: warn('broadcast connection'),
    });
    cleanup.push('broadcaster', () => broadcaster.close());

    const { exchange, agents } = config;
    const data = createMarketData({
      source: sourceOf(descriptor, stores, exchange),
      name: descriptor.source,
      feed: stores.feed,
      minimumCoverage: exchange.minimumCoverage,
    });
    const { slippageRate, priceImprovement } = exchange;
    const broker = createPaperBroker({
      accounts: stores.venueAccounts,
      data,
      startingCash: exchange.paper.startingCash,
      quote: 'USD',
      terms: { slippageRate, priceImprovement },
    });
    const threads = agents.threads.count > 0 ? agents.threads.count : Math.max(1, availableParallelism() - 1);
    const evaluator = createEvaluator({ data, threads });
    cleanup.push('backtest threads', () => evaluator.close());
    const remote = openRemoteWork(config, systemClock);
    if (remote) cleanup.push('worker engine', () => remote.engine.close());

    return {
      config,
      descriptor,
      redisUrl,
      connection,
      prefix,
      broadcastKey,
      clock: systemClock,
      log,
      stores,
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

import { type Config } from '../../config/schema.ts';
import { createBrake } from '../../processors/risk-manager/brake.ts';
import { createRiskStates } from '../../processors/risk-manager/risk-states.ts';
import { createProducer } from '../../queues/producer.ts';
import { createRedisBroadcaster } from '../adapters/broadcast/redis-stream.ts';
import { connectMongo } from '../adapters/mongo/connection.ts';
import { createMongoStores } from '../adapters/mongo/stores.ts';
import { AppError } from '../domain/errors.ts';
import { TRADING_MODES, type TradingMode } from '../domain/trading-mode.ts';
import { type Brake } from '../ports/brake.ts';
import { type Logger } from '../ports/logger.ts';
import { createCleanupStack } from './cleanup-stack.ts';
import { findCompany, type CompanyDescriptor } from './company-descriptor.ts';
import { refuseNewerStore } from './format/open-format.ts';
import { marketOf } from './market-of.ts';
import { connectRedis } from './redis-connection.ts';
import { queuePrefixOf, scopeOf } from './scope.ts';
import { simulatedMarketSource } from './simulated-descriptor.ts';
import { newestCompany } from './store-meta.ts';
import { systemClock } from './system-clock.ts';

export interface BrakeOptions {
  readonly config: Config;
  readonly mongoUrl: string;
  /** Absent: Redis does not run. It may be given and be away. */
  readonly redisUrl?: string | undefined;
  readonly mode?: TradingMode | undefined;
  readonly log: Logger;
}

export interface OpenBrake {
  readonly descriptor: CompanyDescriptor;
  readonly brake: Brake;
  readonly close: () => Promise<void>;
}

const CLOSE_WITHIN_MS = 5000;
/** What Redis does not take is part of the answer. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
/** A person waits for it. */
const STORE_WITHIN_MS = 3000;

/**
 * Opens the control of the trading state of the company that was announced last, in this mode or in any.
 * @throws AppError `no-company`, `mongo-unreachable`, `format-newer`
 */
export async function openBrake({ config, mongoUrl, redisUrl, mode, log }: BrakeOptions): Promise<OpenBrake> {
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  const close = async (): Promise<void> => {
    for (const { name, error } of await cleanup.release()) log.debug(`closing ${name}: ${error.message}`);
  };
  const { namespace, broadcast } = config.database;
  const connect = async (scope: TradingMode) => {
    const mongo = await connectMongo({
      url: mongoUrl,
      database: scopeOf(namespace, scope),
      serverSelectionMs: STORE_WITHIN_MS,
      onError: (error) => log.debug(`store connection: ${error.message}`),
    });
    cleanup.push('store connection', () => mongo.close());
    return mongo;
  };
  try {
    const modes = mode === undefined ? TRADING_MODES : ([mode] as const);
    const found = await connect(modes[0]);
    const newest = await newestCompany(found, namespace, modes);
    const descriptor = newest ?? (await earlierCompany());
    const mongo = descriptor.mode === modes[0] ? found : await connect(descriptor.mode);
    await refuseNewerStore(mongo.getClient().db(scopeOf(namespace, descriptor.mode)));
    const stores = createMongoStores(mongo);
    // The audit chain depends on a unique index.
    await stores.ensureIndexes();
    const market = marketOf({ config, descriptor, stores });
    cleanup.push('candle source', market.close);
    const riskStates = createRiskStates({ riskState: stores.riskState, broker: market.broker });
    const queues = redisUrl === undefined ? null : openQueues(redisUrl, queuePrefixOf(namespace, descriptor));
    const { account } = descriptor;
    const brake = createBrake({ account, stores, riskStates, data: market.data, clock: systemClock, queues });
    return { descriptor, brake, close };

    /** Of a store that an earlier version wrote: the card is in Redis alone, or only the last cycle tells. */
    async function earlierCompany(): Promise<CompanyDescriptor> {
      const announced = redisUrl === undefined ? null : await findCompany(redisUrl, namespace, mode).catch(() => null);
      if (announced !== null) return announced;
      const last = await Promise.all(
        modes.map(async (each) => {
          const opened = await connect(each);
          return (await createMongoStores(opened).cycles.list(1))[0];
        }),
      );
      const [cycle] = last.filter((each) => each !== undefined).sort((a, b) => b.startedAt - a.startedAt);
      if (cycle === undefined) {
        throw new AppError('no-company', `no company${mode ? ` in mode ${mode}` : ''} is known to this store`, {
          advice: 'Start one with corp start or corp cycle',
        });
      }
      const { account, source, seed, startedAt: announcedAt } = cycle;
      const { simulation } = simulatedMarketSource(config, seed, announcedAt).descriptor;
      const isSimulated = cycle.mode === 'simulated' && simulation !== undefined;
      return { mode: cycle.mode, account, source, announcedAt, ...(isSimulated && { simulation }) };
    }

    function openQueues(url: string, prefix: string) {
      // The brake limits each wait itself.
      const redis = connectRedis(url, 'patient', silent);
      const producer = createProducer({ connection: redis.connection, prefix, log: silent });
      cleanup.push('queues', () => producer.close());
      // Released first: queues would wait for a Redis that is away.
      cleanup.push('redis', () => redis.close());
      const broadcaster = createRedisBroadcaster({
        url,
        key: `${prefix}:broadcast`,
        maxLength: broadcast.maxLength,
        onError: (error) => log.debug(`broadcast connection: ${error.message}`),
      });
      cleanup.push('broadcaster', () => broadcaster.close());
      return { producer, broadcaster };
    }
  } catch (error) {
    await close();
    throw error;
  }
}

import { keyPrefix } from '../../queues/names.ts';
import { type Config } from '../../config/schema.ts';
import { connectMongo } from '../adapters/mongo/connection.ts';
import { createMongoFleetStores } from '../adapters/mongo/fleet/stores.ts';
import { createMongoStores } from '../adapters/mongo/stores.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { type Stores } from '../ports/stores.ts';
import { openFormat, type FormatOptions } from './format/open-format.ts';

export interface CoordinatorStoresOptions {
  readonly config: Config;
  readonly redisUrl: string;
  readonly mongoUrl: string;
  readonly log: Logger;
  /** `write` migrates an older store and its queues; `read` refuses them. */
  readonly access: FormatOptions['access'];
}

export interface CoordinatorStores {
  readonly fleetStores: FleetStores;
  /** Audit entries, agent states and dead letters of the coordinator's own agent. */
  readonly stores: Stores;
  /** Prefix of the coordinator's queues. */
  readonly prefix: string;
  close(): Promise<void>;
}

/** Its data belongs to no trading mode: workers do not know which company their results are for. */
export const coordinatorScope = (namespace: string): string => `${namespace}-coordinator`;

/** Opens the stores of the coordinator, whether or not one is running. @throws AppError `format-newer`, `format-older` */
export async function openCoordinatorStores(options: CoordinatorStoresOptions): Promise<CoordinatorStores> {
  const { config, redisUrl, mongoUrl, log, access } = options;
  const { namespace } = config.database;
  const prefix = keyPrefix(namespace, 'coordinator');
  const mongo = await connectMongo({
    url: mongoUrl,
    database: coordinatorScope(namespace),
    onError: (error) => log.debug(`store connection: ${error.message}`),
  });
  try {
    await openFormat({ mongo, redisUrl, prefix, access });
    const fleetStores = createMongoFleetStores(mongo);
    const stores = createMongoStores(mongo);
    if (access === 'write') await Promise.all([fleetStores.ensureIndexes(), stores.ensureIndexes()]);
    return { fleetStores, stores, prefix, close: () => mongo.close() };
  } catch (error) {
    await mongo.close();
    throw error;
  }
}

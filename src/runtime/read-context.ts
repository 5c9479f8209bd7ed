import { join } from 'node:path';
import { type Config } from '../../config/schema.ts';
import { openAuditArchive } from '../adapters/audit-archive/audit-archive.ts';
import { connectMongo } from '../adapters/mongo/connection.ts';
import { createMongoStores } from '../adapters/mongo/stores.ts';
import { type AuditArchive } from '../ports/audit-archive.ts';
import { type Clock } from '../ports/clock.ts';
import { type Logger } from '../ports/logger.ts';
import { type RetentionStore } from '../ports/retention.ts';
import { type Stores } from '../ports/stores.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';
import { openFormat, type FormatOptions } from './format/open-format.ts';
import { queuePrefixOf, scopeOf } from './scope.ts';
import { createStoreMeta, type StoreMeta } from './store-meta.ts';
import { systemClock } from './system-clock.ts';

export interface ContextOptions {
  readonly config: Config;
  readonly descriptor: CompanyDescriptor;
  readonly redisUrl: string;
  readonly mongoUrl: string;
  readonly log: Logger;
}

/** Dependencies of a command that only reads a company. Loads no agents, market data, broker or threads. */
export interface ReadContext {
  readonly config: Config;
  readonly descriptor: CompanyDescriptor;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stores: Stores;
  /** The beginning of the audit chain, below the data directory. */
  readonly auditArchive: AuditArchive;
  readonly retention: RetentionStore;
  readonly meta: StoreMeta;
  readonly close: () => Promise<void>;
}

export interface WritableReadContext extends ReadContext {
  /** Must run before the first write: the audit chain depends on a unique index. */
  readonly ensureIndexes: () => Promise<void>;
}

/** @param access `write` migrates an older store and its queues; `read` refuses them. @throws AppError `format-newer`. */
export async function openReadContext(
  { config, descriptor, redisUrl, mongoUrl, log: parentLog }: ContextOptions,
  access: FormatOptions['access'] = 'read',
): Promise<WritableReadContext> {
  const { namespace } = config.database;
  const scope = scopeOf(namespace, descriptor.mode);
  const log = parentLog.child({ company: scope });
  const mongo = await connectMongo({
    url: mongoUrl,
    database: scope,
    onError: (error) => log.debug(`store connection: ${error.message}`),
  });
  const prefix = queuePrefixOf(namespace, descriptor);
  try {
    await openFormat({ mongo, redisUrl, prefix, access });
  } catch (error) {
    await mongo.close();
    throw error;
  }
  const stores = createMongoStores(mongo);
  return {
    config,
    descriptor,
    redisUrl,
    prefix,
    clock: systemClock,
    log,
    stores,
    retention: stores.retention,
    auditArchive: openAuditArchive(join(config.database.dataDirectory, 'audit', scope)),
    meta: createStoreMeta(mongo, scope),
    ensureIndexes: () => stores.ensureIndexes(),
    close: () => mongo.close(),
  };
}

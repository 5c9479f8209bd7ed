import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config } from '../../../config/schema.ts';
import { type Logger } from '../../ports/logger.ts';
import { isRunning, type ProcessIdentity } from '../../process-lock/process-identity.ts';
import { readRegistry } from '../../runtime/services/registry.ts';
import { ServiceError } from '../../runtime/services/service-error.ts';

/** The store, as found or started for a command that can do without Redis. */
export interface CommandStore {
  readonly mongoUrl: string;
  /** May be away. Absent when the company, and its Redis with it, does not run. */
  readonly redisUrl: string | undefined;
  /** The process that owns the data directory and runs its services. */
  readonly owner: ProcessIdentity | null;
  close(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/** The owner of the data directory, while it runs. */
export function ownerOf({ database }: Config): ProcessIdentity | null {
  const owner = readRegistry(resolve(database.dataDirectory))?.owner;
  return owner !== undefined && isRunning(owner) ? owner : null;
}

/** How long ago the data directory got its owner, ms. */
export function ownedForMs({ database }: Config): number {
  try {
    return Date.now() - statSync(join(resolve(database.dataDirectory), 'lock')).mtimeMs;
  } catch {
    return Infinity;
  }
}

/**
 * Opens the store at `MONGO_URL`; else that of the process that owns the data directory; else a private one for the
 * duration of the command, without Redis.
 * @throws ServiceError also `services-starting`, retryable
 */
export async function openStore(config: Config, log: Logger, signal: AbortSignal): Promise<CommandStore> {
  const { secrets, database } = config;
  const owner = ownerOf(config);
  const recorded = owner === null ? null : readRegistry(resolve(database.dataDirectory));
  const mongoUrl = secrets.mongoUrl ?? recorded?.mongo?.url;
  const redisUrl = secrets.redisUrl ?? recorded?.redis?.url;
  if (mongoUrl !== undefined) return { mongoUrl, redisUrl, owner, close: nothing };
  if (owner !== null) {
    throw new ServiceError('services-starting', `process ${owner.pid} has not started its store yet`, {
      retryable: true,
    });
  }
  const { startStore } = await import('../../runtime/services/start-services.ts');
  const { dataDirectory } = database;
  const started = await startStore({ dataDirectory, log, onFatal: () => undefined, signal });
  return { mongoUrl: started.mongo.url, redisUrl, owner: null, close: () => started.close() };
}

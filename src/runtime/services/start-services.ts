import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endLeftovers } from './leftovers.ts';
import { acquireOwnership } from './ownership.ts';
import { probeMongo } from './probe-mongo.ts';
import { probeRedis } from './probe-redis.ts';
import { createRegistry } from './registry.ts';
import { external, type Service, type StartContext, type Started, type StartServicesOptions } from './service.ts';
import { ServiceError } from './service-error.ts';
import { startMongo } from './start-mongo.ts';
import { redisDirectoryIn, startRedis } from './start-redis.ts';
import { DEFAULT_LIMITS } from './supervised-process.ts';
import { watchDirectories } from './watch-directories.ts';

export interface Services {
  readonly redis: Service;
  readonly mongo: Service;
  /** Stops the services started here, with a hard deadline, and releases the data directory. Safe to call again. */
  close(): Promise<void>;
}

type Pair = readonly [Started, Started];

const PROBE_WITHIN_MS = 5_000;

/**
 * Finds or starts Redis and MongoDB: at the given URL; else as a program on the PATH, run privately under `dataDirectory`;
 * else, for MongoDB, as the embedded store. With both URLs nothing is owned, locked or recorded.
 * @throws ServicesInUseError when another process owns the data directory; ServiceError otherwise.
 */
export async function startServices(options: StartServicesOptions): Promise<Services> {
  const { redisUrl, mongoUrl } = options;
  await Promise.all([
    redisUrl === undefined ? undefined : probeRedis(redisUrl, PROBE_WITHIN_MS),
    mongoUrl === undefined ? undefined : probeMongo(mongoUrl, PROBE_WITHIN_MS),
  ]);
  if (redisUrl !== undefined && mongoUrl !== undefined) {
    return { redis: external(redisUrl).service, mongo: external(mongoUrl).service, close: async () => undefined };
  }
  return startInDirectory(options);
}

async function startInDirectory(options: StartServicesOptions): Promise<Services> {
  const { started, close } = await ownDirectory(options, (context) => startBoth(context, options));
  const [redis, mongo] = started;
  return { redis: redis.service, mongo: mongo.service, close };
}

/**
 * Starts the store of a data directory alone, for a brake: it must work where Redis cannot start.
 * @throws ServicesInUseError when another process owns the data directory; ServiceError otherwise.
 */
export async function startStore(options: StartServicesOptions): Promise<Omit<Services, 'redis'>> {
  const signal = options.signal ?? new AbortController().signal;
  const { started, close } = await ownDirectory(options, async (context) => [
    await startMongo({ ...context, signal }, options),
  ]);
  return { mongo: started[0]!.service, close };
}

/** Runs `start` as the owner of the data directory. */
async function ownDirectory<S extends readonly Started[]>(
  options: StartServicesOptions,
  start: (context: Omit<StartContext, 'signal'>) => Promise<S>,
): Promise<{ readonly started: S; readonly close: () => Promise<void> }> {
  const { log, onFatal } = options;
  const dataDirectory = resolve(options.dataDirectory);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const ownership = acquireOwnership(dataDirectory);
  const registry = createRegistry(dataDirectory, ownership.owner);
  try {
    await endLeftovers(dataDirectory, redisDirectoryIn(dataDirectory), log, limits.stopWithinMs);
    const started = await start({ log, onFatal, limits, dataDirectory, registry });
    const watch = watchDirectories([dataDirectory, ...subdirectoriesOf(dataDirectory)], (lost) =>
      onFatal(
        new ServiceError('data-directory-lost', `${lost} was removed, moved or replaced while its services run`, {
          advice: 'put it back, or a copy of it, and start again',
        }),
      ),
    );
    const close = async (): Promise<void> => {
      watch.close();
      await Promise.all(started.map((one) => one.stop()));
      registry.remove();
      ownership.release();
    };
    let closing: Promise<void> | undefined;
    return { started, close: () => (closing ??= close()) };
  } catch (error) {
    // Keep the registry: the next start uses it to find processes that could not be ended.
    ownership.release();
    throw error;
  }
}

/** Of the services, and the lock. The logs may be removed. */
const subdirectoriesOf = (dataDirectory: string): readonly string[] =>
  ['lock', 'redis', 'store', 'mongod'].map((name) => join(dataDirectory, name)).filter((path) => existsSync(path));

/** Starts both, or none and throws the first error. */
async function startBoth(context: Omit<StartContext, 'signal'>, options: StartServicesOptions): Promise<Pair> {
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, options.signal]);
  const errors: unknown[] = [];
  const abortOther = (error: unknown): undefined => {
    errors.push(error);
    failed.abort();
  };
  const [redis, mongo] = await Promise.all([
    startRedis({ ...context, signal }, options).catch(abortOther),
    startMongo({ ...context, signal }, options).catch(abortOther),
  ]);
  if (redis !== undefined && mongo !== undefined) return [redis, mongo];
  await Promise.all([redis?.stop(), mongo?.stop()]);
  throw errors[0];
}

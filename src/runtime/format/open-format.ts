import { type Connection } from 'mongoose';
import { Redis } from 'ioredis';
import { isDuplicateKey } from '../../adapters/mongo/retry.ts';
import { type FormatPlaces, type MetaDocument } from './migration.ts';
import { CURRENT_FORMAT, MIGRATIONS } from './migrations.ts';
import { refuseNewer, refuseOlder } from './require-format.ts';

const KEY = 'format';
/** One of these has rows as soon as anything was stored. Detects stores from before format numbers. */
const FIRST_COLLECTIONS = ['agentStates', 'markets', 'candles', 'auditLog', 'fleetUnits', 'deadLetters'] as const;

/** Only raises the number, so that two concurrent migrations cannot lower each other's. */
const RAISE = `
local found = tonumber(redis.call('get', KEYS[1]) or '0')
if found < tonumber(ARGV[1]) then redis.call('set', KEYS[1], ARGV[1]) end
return 1`;

export interface FormatOptions {
  readonly mongo: Connection;
  readonly redisUrl: string;
  readonly prefix: string;
  /** `write` migrates an older format and marks a new store; `read` changes nothing. */
  readonly access: 'read' | 'write';
}

async function storeFormat({ db }: Pick<FormatPlaces, 'db'>): Promise<number | null> {
  const mark = await db.collection<MetaDocument>('meta').findOne({ _id: KEY });
  return mark?.format ?? null;
}

async function markStore({ db }: FormatPlaces, format: number): Promise<void> {
  const meta = db.collection<MetaDocument>('meta');
  try {
    await meta.insertOne({ _id: KEY, format });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await meta.updateOne({ _id: KEY, format: { $lt: format } }, { $set: { format } });
  }
}

async function hasRows({ db }: FormatPlaces): Promise<boolean> {
  const rows = await Promise.all(FIRST_COLLECTIONS.map((name) => db.collection(name).findOne({})));
  return rows.some((row) => row !== null);
}

async function queueFormat({ redis, prefix }: FormatPlaces): Promise<number | null> {
  const text = await redis.get(`${prefix}:${KEY}`);
  return text === null ? null : Number(text);
}

async function migrate(places: FormatPlaces, store: number, queues: number): Promise<void> {
  for (const { to, ...step } of MIGRATIONS) {
    if (store < to) {
      await step.store(places);
      await markStore(places, to);
    }
    if (queues < to) {
      await step.queues(places);
      await places.redis.eval(RAISE, 1, `${places.prefix}:${KEY}`, to);
    }
  }
}

/** For a brake, which changes no format and needs no queues. @throws AppError `format-newer` */
export async function refuseNewerStore(db: FormatPlaces['db']): Promise<void> {
  refuseNewer('store', (await storeFormat({ db })) ?? 0, CURRENT_FORMAT);
}

/**
 * Compares the format numbers of a store and its queues with the number of this version. A missing number means format 0:
 * empty, or written before format numbers existed.
 * @throws AppError `format-newer`; `format-older` with access `read` only.
 */
export async function openFormat({ mongo, redisUrl, prefix, access }: FormatOptions): Promise<void> {
  const { db } = mongo;
  if (db === undefined) throw new Error('the store connection is not open');
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  // Errors reach the caller through the failed command.
  redis.on('error', () => undefined);
  try {
    const places: FormatPlaces = { db, redis, prefix };
    const [store, queues] = await Promise.all([storeFormat(places), queueFormat(places)]);
    refuseNewer('store', store ?? 0, CURRENT_FORMAT);
    refuseNewer('queues', queues ?? 0, CURRENT_FORMAT);
    if (access === 'write') return await migrate(places, store ?? 0, queues ?? 0);
    if (store !== null || (await hasRows(places))) refuseOlder('store', store ?? 0, CURRENT_FORMAT);
    if (queues !== null) refuseOlder('queues', queues, CURRENT_FORMAT);
  } finally {
    redis.disconnect();
  }
}

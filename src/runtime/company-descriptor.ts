import { Redis } from 'ioredis';
import { z } from 'zod';
import { keyPrefix } from '../../queues/names.ts';
import { AppError, hasCode } from '../domain/errors.ts';
import { modeField } from '../../queues/fields.ts';
import { TRADING_MODES, type TradingMode } from '../domain/trading-mode.ts';

/** What a node must know to work for a company that another process started: mode, market and account. */
export const descriptorSchema = z.strictObject({
  mode: modeField,
  account: z.string(),
  /** Name of the market source and of its feed. */
  source: z.string(),
  simulation: z.strictObject({ seed: z.int(), startTime: z.int() }).optional(),
  announcedAt: z.int(),
  /** The process that leads the company; another one that owns the services is about to start one. */
  announcedBy: z.strictObject({ pid: z.int(), startedAt: z.string() }).optional(),
  /** Identity of the store: a node on another one would keep its own books. */
  storeId: z.string().optional(),
  /** Fingerprint of the secret that signs approvals; absent when the leading process does not know it. */
  secretId: z.string().optional(),
});
export type CompanyDescriptor = z.output<typeof descriptorSchema>;

const keyOf = (namespace: string, mode: TradingMode): string => `${keyPrefix(namespace, mode)}:company`;

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 3, lazyConnect: true });
  // Errors reach the caller through the failed command.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

export async function announceCompany(
  redisUrl: string,
  namespace: string,
  descriptor: CompanyDescriptor,
): Promise<void> {
  await withRedis(redisUrl, (redis) => redis.set(keyOf(namespace, descriptor.mode), JSON.stringify(descriptor)));
}

/** Whether a card of this mode is in Redis. One of another company that was announced later stays. */
export async function isAnnounced(
  redisUrl: string,
  namespace: string,
  { mode }: Pick<CompanyDescriptor, 'mode'>,
): Promise<boolean> {
  return withRedis(redisUrl, async (redis) => (await redis.exists(keyOf(namespace, mode))) === 1);
}

/** Finds the company of this mode, or the one announced last. @throws AppError `no-company`. */
export async function findCompany(redisUrl: string, namespace: string, mode?: TradingMode): Promise<CompanyDescriptor> {
  const descriptors = await withRedis(redisUrl, async (redis) => {
    const texts = await Promise.all((mode ? [mode] : TRADING_MODES).map((m) => redis.get(keyOf(namespace, m))));
    return texts.flatMap((text) => (text === null ? [] : [descriptorSchema.parse(JSON.parse(text))]));
  });
  const [latest] = descriptors.sort((a, b) => b.announcedAt - a.announcedAt);
  if (!latest) {
    throw new AppError('no-company', `no company${mode ? ` in mode ${mode}` : ''} has announced itself on this Redis`, {
      advice: 'Start one with corp start or corp cycle',
    });
  }
  return latest;
}

const POLL_EVERY_MS = 500;

/**
 * Waits up to `waitMs` until a company announces itself: in a fleet, nodes and API may start before the feed.
 * @throws AppError `no-company`
 */
export async function awaitCompany(
  redisUrl: string,
  namespace: string,
  mode: TradingMode | undefined,
  waitMs: number,
  signal?: AbortSignal,
): Promise<CompanyDescriptor> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      return await findCompany(redisUrl, namespace, mode);
    } catch (error) {
      const isMissing = hasCode(error, 'no-company');
      if (!isMissing || performance.now() > deadline || signal?.aborted === true) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    }
  }
}

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { isAlive } from '../process-lock/process-identity.ts';

/** Lease of the lock; renewed at a third of this time. */
const LEASE_MS = 15_000;
const ADVICE = 'Stop it, or start this one as a node: corp node';

/** Extends the lease, or takes it again when it has expired. Returns the holder, if that is somebody else. */
const RENEW = `
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false`;
const RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

/** Key of the lock of a company's feed. */
export const feedLockKey = (prefix: string): string => `${prefix}:feed`;

export interface LeaderLock {
  /** Aborts when another process takes the lock. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes the lock `key`, waiting up to `waitMs`. The lock of a killed holder expires after the lease. A lease that expired
 * while Redis was away is taken again: the lock is lost only to somebody else.
 * @throws AppError `feed-taken` with the holder.
 */
export async function takeLeaderLock(
  redisUrl: string,
  key: string,
  waitMs: number,
  signal?: AbortSignal,
  leaseMs = LEASE_MS,
): Promise<LeaderLock> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const token = `${hostname()}/${process.pid}/${randomUUID()}`;
  const deadline = performance.now() + waitMs;
  for (;;) {
    if ((await redis.set(key, token, 'PX', leaseMs, 'NX')) === 'OK') break;
    const [holder, leftMs] = [await redis.get(key), await redis.pttl(key)];
    // A holder on this machine whose process has ended cannot renew: do not wait for its lease.
    if (holder !== null && isGone(holder) && (await redis.eval(RELEASE, 1, key, holder)) === 1) continue;
    if (performance.now() > deadline || signal?.aborted === true) {
      redis.disconnect();
      throw new AppError(
        'feed-taken',
        `another feed is active here (${holder === null ? 'unknown' : nameOf(holder)})`,
        { advice: ADVICE },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(leftMs, 50), 500)));
  }
  const lost = new AbortController();
  let isRenewing = false;
  /** One at a time: renewals that pile up while Redis is away would compete for the expired lease. */
  const renew = async (): Promise<void> => {
    if (isRenewing) return;
    isRenewing = true;
    // A connection whose other end is gone without a word would leave this one waiting: nobody would hear that another leads.
    const silent = setTimeout(() => redis.disconnect(true), leaseMs);
    try {
      const holder = (await redis.eval(RENEW, 1, key, token, leaseMs)) as string | null;
      if (holder !== null && !lost.signal.aborted) {
        const message = `another feed took over this company (${nameOf(holder)})`;
        lost.abort(new AppError('feed-lost', message, { advice: ADVICE }));
      }
    } finally {
      clearTimeout(silent);
      isRenewing = false;
    }
  };
  // The next renewal makes up for one that failed.
  const timer = setInterval(() => void renew().catch(() => undefined), leaseMs / 3);
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await redis.eval(RELEASE, 1, key, token).catch(() => undefined);
      redis.disconnect();
    },
  };
}

/** Whether a process leads the company now. */
export async function isLed(redisUrl: string, key: string): Promise<boolean> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const holder = await redis.get(key);
    return holder !== null && !isGone(holder);
  } finally {
    redis.disconnect();
  }
}

/** `host, process 123` */
const nameOf = (token: string): string => token.split('/').slice(0, 2).join(', process ');

/** Whether the holder's process has ended. Only known for processes of this machine; for others the lease decides. */
function isGone(holder: string): boolean {
  const [host, pid] = holder.split('/');
  return host === hostname() && !isAlive(Number(pid));
}

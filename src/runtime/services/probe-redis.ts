import { Redis } from 'ioredis';
import { keyPrefix } from '../../../queues/names.ts';
import { errorText } from '../../domain/errors.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { ServiceError } from './service-error.ts';

export interface RedisIdentity {
  readonly pid: number;
  readonly directory: string;
}

/** Connects once and sends one PING. @throws ServiceError `redis-url-invalid`, `redis-login-refused`, `redis-unreachable`. */
export async function probeRedis(url: string, withinMs: number): Promise<void> {
  await withConnection(url, withinMs, (client) => client.ping());
}

/**
 * The same, and whether it keeps what it is given: queues, locks and schedules are keys that must not vanish, and a server
 * that is full or cannot write its disk takes no job.
 * @param namespace of the company: in a cluster its keys are all on one server
 * @throws ServiceError also `redis-evicts`, and `redis-refuses-writes`, which is retryable
 */
export async function requireSoundRedis(url: string, namespace: string, withinMs: number): Promise<void> {
  await withConnection(url, withinMs, async (client) => {
    // A managed Redis may forbid INFO; then its own console shows the policy.
    const memory = await client.info('memory').catch(() => '');
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction';
    if (policy !== 'noeviction') {
      throw new ServiceError('redis-evicts', `Redis at ${url} may drop keys: its maxmemory-policy is ${policy}`, {
        advice: 'set it to noeviction (redis.conf, or CONFIG SET maxmemory-policy noeviction), with enough maxmemory',
      });
    }
    await client.set(keyPrefix(namespace, 'probe'), '', 'PX', 1000);
  });
}

/** Pid and directory of the server at `url`; works only for private servers, which allow CONFIG GET. */
export async function identifyRedis(url: string, withinMs: number): Promise<RedisIdentity> {
  return withConnection(url, withinMs, async (client) => {
    const pid = /^process_id:(\d+)/m.exec(await client.info('server'))?.[1];
    const reply = (await client.config('GET', 'dir')) as readonly string[];
    return { pid: Number(pid), directory: reply[1] ?? '' };
  });
}

/** Resolves when the server with this `pid` has loaded its data and answers; retries until `signal` aborts. */
export async function redisReady(url: string, pid: number | undefined, signal: AbortSignal): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null, disconnectTimeout: 50 });
  // Connections are refused until it listens; the caller watches for the process's end and the deadline.
  client.on('error', () => undefined);
  try {
    const info = await untilAborted(client.info('server'), signal);
    if (!info.includes(`process_id:${pid}\r`)) throw new Error('another Redis answers on its port');
  } finally {
    client.disconnect();
  }
}

async function withConnection<T>(url: string, withinMs: number, use: (client: Redis) => Promise<T>): Promise<T> {
  if (!/^rediss?:$/.test(protocolOf(url))) {
    throw new ServiceError('redis-url-invalid', `Redis: "${url}" is not a redis:// or rediss:// URL`);
  }
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    connectTimeout: withinMs,
    // The default keeps a timer, and so the process, for two seconds after a refused connection.
    disconnectTimeout: 50,
  });
  // A failed command only reports "Connection is closed"; the reason arrives earlier, as an event.
  let reason: Error | undefined;
  client.on('error', (error: Error) => (reason ??= error));
  try {
    return await untilAborted(
      client.connect().then(() => use(client)),
      AbortSignal.timeout(withinMs),
    );
  } catch (error) {
    throw explain(url, reason ?? error);
  } finally {
    client.disconnect();
  }
}

/** It is full, its disk fails, or it is a replica. */
const REFUSES_WRITES = /^(OOM|MISCONF|READONLY|NOREPLICAS)/;

function explain(url: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const text = errorText(error) || 'no answer';
  if (REFUSES_WRITES.test(text)) {
    return new ServiceError('redis-refuses-writes', `Redis at ${url} refuses writes: ${text}`, {
      retryable: true,
      advice: text.startsWith('OOM') ? 'raise its maxmemory, or delete what does not belong there' : 'see its own log',
    });
  }
  return /WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(text)
    ? new ServiceError('redis-login-refused', `Redis at ${url} refuses the login: ${text}`)
    : new ServiceError('redis-unreachable', `Redis at ${url} does not answer: ${text}`, {
        retryable: true,
        advice: 'start it or correct its URL',
      });
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

import { Redis } from 'ioredis';
import { errorText } from '../../domain/errors.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { ServiceError } from './service-error.ts';

export interface RedisIdentity {
  readonly pid: number;
  readonly directory: string;
}

/** One connection, one PING. Throws a ServiceError that says what is wrong with `url`. */
export async function probeRedis(url: string, withinMs: number): Promise<void> {
  await withConnection(url, withinMs, (client) => client.ping());
}

/** Who answers at `url`; for a server of our own, that lets us ask. */
export async function identifyRedis(url: string, withinMs: number): Promise<RedisIdentity> {
  return withConnection(url, withinMs, async (client) => {
    const pid = /^process_id:(\d+)/m.exec(await client.info('server'))?.[1];
    const reply = (await client.config('GET', 'dir')) as readonly string[];
    return { pid: Number(pid), directory: reply[1] ?? '' };
  });
}

/** Resolves when the server that runs as `pid` has loaded its data and answers; tries until `signal` is aborted. */
export async function redisReady(url: string, pid: number | undefined, signal: AbortSignal): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null, disconnectTimeout: 50 });
  // Refused until it listens; the process's end and the deadline are watched by the caller.
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
    // Its default keeps a timer, and with it the process, for two seconds after a refused connection.
    disconnectTimeout: 50,
  });
  // A command that fails only says "Connection is closed"; the reason arrives as an event, before.
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

function explain(url: string, error: unknown): ServiceError {
  const text = errorText(error) || 'no answer';
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

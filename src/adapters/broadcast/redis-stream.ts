import { setTimeout as delay } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { type BroadcastEntry, type Broadcaster, type BroadcastReader } from '../../ports/broadcaster.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { AppError, errorText } from '../../domain/errors.ts';
import { jitteredBackOffMs } from '../../domain/retry/back-off.ts';
import { decodeEntry, encodeEntry } from './stream-entry.ts';

export interface RedisBroadcastOptions {
  readonly url: string;
  /** Key of the stream. */
  readonly key: string;
  /** Called with connection errors (many per second while Redis is unreachable) and with unreadable entries. */
  readonly onError: (error: Error) => void;
}

/** Time-out of a publish, including the connection. */
const PUBLISH_WITHIN_MS = 1_000;
const BLOCK_MS = 5_000;
/**
 * A blocking read answers every BLOCK_MS; a connection that is silent for longer is dead, even if TCP reports no error.
 */
const DEAD_AFTER_MS = 3 * BLOCK_MS;
const PAGE = 100;
const PAUSE_AFTER_ERROR_MS = 200;
/** Reconnects within two seconds after Redis returns. */
const RECONNECT = { firstMs: 100, mostMs: 1_500 };

type Limits = Pick<RedisOptions, 'commandTimeout' | 'maxRetriesPerRequest' | 'socketTimeout'>;

function connect({ url, onError }: RedisBroadcastOptions, options: Limits): Redis {
  const client = new Redis(url, {
    retryStrategy: (times) => jitteredBackOffMs(RECONNECT, times, 0.5, Math.random),
    ...options,
  });
  client.on('error', onError);
  return client;
}

export interface RedisBroadcasterOptions extends RedisBroadcastOptions {
  /** Approximate number of entries that the stream keeps; the oldest are dropped. */
  readonly maxLength: number;
}

/** Publishes to a capped stream. `publish` settles within about a second. @throws AppError `broadcast-failed` */
export function createRedisBroadcaster(options: RedisBroadcasterOptions): Broadcaster & { close(): Promise<void> } {
  const { key, maxLength } = options;
  const client = connect(options, { commandTimeout: PUBLISH_WITHIN_MS, maxRetriesPerRequest: 1 });
  const inFlight = new Set<Promise<unknown>>();

  return {
    async publish(broadcast) {
      const adding = client.xadd(key, 'MAXLEN', '~', maxLength, '*', ...encodeEntry(broadcast));
      inFlight.add(adding);
      try {
        await adding;
      } catch (cause) {
        throw new AppError('broadcast-failed', `'${broadcast.topic}' was not broadcast: ${errorText(cause)}`, {
          retryable: true,
          advice: 'Check that Redis is running; senders that need delivery publish again.',
          cause,
        });
      } finally {
        inFlight.delete(adding);
      }
    },
    async close() {
      await Promise.allSettled(inFlight);
      client.disconnect();
    },
  };
}

/**
 * Reads the stream. Each follower opens its own connection at the first iteration and closes it at the end, because a
 * blocking read occupies the connection.
 */
export function createRedisBroadcastReader(options: RedisBroadcastOptions): BroadcastReader {
  const { key, onError } = options;
  const closing = new AbortController();

  async function newestId(client: Redis): Promise<string> {
    const [newest] = await client.xrevrange(key, '+', '-', 'COUNT', 1);
    return newest?.[0] ?? '0-0';
  }

  async function readAfter(client: Redis, last: string): Promise<readonly [id: string, fields: string[]][]> {
    const streams = await client.xread('COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', key, last);
    return Array.isArray(streams) ? (streams[0]?.[1] ?? []) : [];
  }

  async function* follow(after: string, signal: AbortSignal): AsyncGenerator<BroadcastEntry, void, void> {
    const ended = AbortSignal.any([signal, closing.signal]);
    if (ended.aborted) return;
    const client = connect(options, { maxRetriesPerRequest: null, socketTimeout: DEAD_AFTER_MS });
    // The abort must end the wait itself: a client that is disconnected while it waits to reconnect emits no event and
    // never settles its pending commands.
    const orAborted = <T>(work: Promise<T>): Promise<T> => untilAborted(work, ended);
    const disconnect = (): void => client.disconnect();
    ended.addEventListener('abort', disconnect);

    let last = after;
    try {
      while (!ended.aborted) {
        try {
          // `$` is resolved to an id once; otherwise entries between two reads would be lost.
          if (last === '$') last = await orAborted(newestId(client));
          for (const [id, fields] of await orAborted(readAfter(client, last))) {
            last = id;
            const entry = decodeEntry(id, fields);
            if (entry instanceof Error) onError(entry);
            else yield entry;
            if (ended.aborted) return;
          }
        } catch (error) {
          if (ended.aborted) return;
          onError(error instanceof Error ? error : new Error(String(error)));
          await delay(PAUSE_AFTER_ERROR_MS, undefined, { signal: ended }).catch(() => undefined);
        }
      }
    } finally {
      client.disconnect();
      // Node keeps a combined signal, and everything its abort reason references, in memory while it has listeners.
      ended.removeEventListener('abort', disconnect);
    }
  }

  return {
    follow,
    async close() {
      closing.abort();
    },
  };
}

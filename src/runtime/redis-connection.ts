import { type ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { throttledErrors } from '../../queues/throttled-errors.ts';
import { reconnectDelay } from '../../queues/options.ts';
import { type Logger } from '../ports/logger.ts';

/**
 * `patient` waits for Redis to come back, for ever: desks, feeds, flows. `prompt` fails at once while Redis is away: for
 * people waiting at the other end.
 */
export type ConnectionKind = 'patient' | 'prompt';

export interface SharedConnection {
  /** One client for any number of queues and workers; BullMQ duplicates it only where it blocks. */
  readonly connection: ConnectionOptions;
  /** Ends at once, whatever state it is in: an orderly QUIT waits for ever while Redis is away. */
  close(): void;
}

export function connectRedis(url: string, kind: ConnectionKind, log: Logger): SharedConnection {
  const client = new Redis(url, {
    retryStrategy: reconnectDelay,
    ...(kind === 'patient' ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, enableOfflineQueue: false }),
  });
  client.on('error', throttledErrors(log, 'redis'));
  return { connection: client, close: () => client.disconnect() };
}

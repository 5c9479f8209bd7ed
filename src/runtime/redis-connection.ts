import { type ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { throttledErrors } from '../../queues/throttled-errors.ts';
import { clientOptions, type ClientKind } from '../../queues/options.ts';
import { type Logger } from '../ports/logger.ts';

export interface SharedConnection {
  /** One client for any number of queues and workers; BullMQ duplicates it only where it blocks. */
  readonly connection: ConnectionOptions;
  /** Disconnects at once: QUIT would wait without limit while Redis is unreachable. */
  close(): void;
}

export function connectRedis(url: string, kind: ClientKind, log: Logger): SharedConnection {
  const client = new Redis(url, clientOptions(kind, Math.random));
  client.on('error', throttledErrors(log, 'redis'));
  return { connection: client, close: () => client.disconnect() };
}

import { type ConnectionOptions } from 'bullmq';
import { createProducer, type Producer } from '../../queues/producer.ts';
import { type CleanupStack } from './cleanup-stack.ts';
import { type ReadContext } from './read-context.ts';
import { connectRedis } from './redis-connection.ts';

export interface OpenQueues {
  /** Shared by all queues and workers of this process. */
  readonly connection: ConnectionOptions;
  readonly producer: Producer;
}

/** Opens the queues of a company over one connection; `cleanup` closes both. */
export function openQueues(
  { redisUrl, prefix, log }: Pick<ReadContext, 'redisUrl' | 'prefix' | 'log'>,
  cleanup: CleanupStack,
): OpenQueues {
  const redis = connectRedis(redisUrl, 'patient', log);
  cleanup.push('redis', () => redis.close());
  const { connection } = redis;
  const producer = createProducer({ connection, prefix, log });
  cleanup.push('queues', () => producer.close());
  return { connection, producer };
}

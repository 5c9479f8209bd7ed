import { AppError } from '../domain/errors.ts';
import { probeMongo } from './services/probe-mongo.ts';
import { requireSoundRedis } from './services/probe-redis.ts';

const READY_WITHIN_MS = 1000;

async function answers(probe: Promise<unknown>): Promise<string> {
  try {
    await probe;
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.message : 'does not answer';
  }
}

/** State of the services for `/ready`: `ok`, or the problem. */
export async function readinessOf(
  redisUrl: string,
  mongoUrl: string,
  namespace: string,
): Promise<Record<'redis' | 'mongo', string>> {
  const [redis, mongo] = await Promise.all([
    answers(requireSoundRedis(redisUrl, namespace, READY_WITHIN_MS)),
    answers(probeMongo(mongoUrl, READY_WITHIN_MS)),
  ]);
  return { redis, mongo };
}

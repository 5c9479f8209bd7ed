import { resolve } from 'node:path';
import { errorText } from '../../domain/errors.ts';
import { ServiceError } from './service-error.ts';
import { probeMongo } from './probe-mongo.ts';
import { probeRedis } from './probe-redis.ts';
import { isRunning } from '../../process-lock/process-identity.ts';
import { readRegistry, type RegistryEntry } from './registry.ts';
import type { Service } from './service.ts';

export interface AttachedServices {
  readonly redis: Service;
  readonly mongo: Service;
  readonly ownerPid: number;
}

const ANSWER_WITHIN_MS = 3_000;

/**
 * The services of the process that owns `dataDirectory`; null when no owner is running.
 * @throws ServiceError `services-starting`, retryable, when the owner has not started them yet, or starts one again.
 */
export async function attachServices(dataDirectory: string): Promise<AttachedServices | null> {
  const recorded = readRegistry(resolve(dataDirectory));
  if (recorded === null || !isRunning(recorded.owner)) return null;
  const { pid: ownerPid } = recorded.owner;
  const [redis, mongo] = [asService(recorded.redis), asService(recorded.mongo)];
  if (redis === null || mongo === null) throw notYet(ownerPid, 'its Redis and store do not run yet');
  try {
    await Promise.all([probeRedis(redis.url, ANSWER_WITHIN_MS), probeMongo(mongo.url, ANSWER_WITHIN_MS)]);
  } catch (error) {
    // It may have ended, and its services with it, since its record was read.
    if (!isRunning(recorded.owner)) return null;
    throw notYet(ownerPid, errorText(error));
  }
  return { redis, mongo, ownerPid };
}

function notYet(ownerPid: number, why: string): ServiceError {
  return new ServiceError('services-starting', `process ${ownerPid} runs the company, but ${why}`, {
    retryable: true,
    advice: 'Try again in a few seconds',
  });
}

function asService(entry: RegistryEntry | undefined): Service | null {
  return entry?.url === undefined ? null : { url: entry.url, kind: entry.kind, pid: entry.process?.pid };
}

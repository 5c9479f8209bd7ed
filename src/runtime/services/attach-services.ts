import { resolve } from 'node:path';
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

/** The services of the process that owns `dataDirectory`; null when no owner is running or a service does not answer. */
export async function attachServices(dataDirectory: string): Promise<AttachedServices | null> {
  const recorded = readRegistry(resolve(dataDirectory));
  const [redis, mongo] = [asService(recorded?.redis), asService(recorded?.mongo)];
  if (recorded === null || redis === null || mongo === null || !isRunning(recorded.owner)) return null;
  try {
    await Promise.all([probeRedis(redis.url, ANSWER_WITHIN_MS), probeMongo(mongo.url, ANSWER_WITHIN_MS)]);
  } catch {
    return null;
  }
  return { redis, mongo, ownerPid: recorded.owner.pid };
}

function asService(entry: RegistryEntry | undefined): Service | null {
  return entry?.url === undefined ? null : { url: entry.url, kind: entry.kind, pid: entry.process?.pid };
}

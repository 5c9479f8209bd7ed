import { existsSync, realpathSync } from 'node:fs';
import type { Logger } from '../../ports/logger.ts';
import { urlOfEarlierRedis } from './private-redis.ts';
import { identifyRedis } from './probe-redis.ts';
import { endProcess, identifyProcess, isRunning, type ProcessIdentity } from '../../process-lock/process-identity.ts';
import { readRegistry } from './registry.ts';
import { ServiceError } from './service-error.ts';

const ANSWER_WITHIN_MS = 2_000;

/**
 * Ends services that a killed owner left running in a data directory. The owner of the lock must call it before it starts
 * its own: two servers on one directory would destroy the data. It ends only processes that are proven to belong to this
 * directory: recorded with pid and start time, or a Redis that accepts the stored password and uses this directory.
 * @throws ServiceError `service-leftover`.
 */
export async function endLeftovers(
  dataDirectory: string,
  redisDirectory: string,
  log: Logger,
  graceMs: number,
): Promise<void> {
  const recorded = readRegistry(dataDirectory);
  const suspects = [recorded?.redis?.process, recorded?.mongo?.process, await earlierRedis(redisDirectory)];
  const left = suspects.filter((suspect) => suspect !== undefined && isRunning(suspect)) as readonly ProcessIdentity[];
  await Promise.all(left.map(async (suspect) => endOne(suspect, dataDirectory, log, graceMs)));
}

async function endOne(suspect: ProcessIdentity, dataDirectory: string, log: Logger, graceMs: number): Promise<void> {
  log.warn('ending a service that an earlier run left running', { pid: suspect.pid });
  if (await endProcess(suspect, graceMs)) return;
  throw new ServiceError('service-leftover', `process ${suspect.pid} of an earlier run still uses ${dataDirectory}`, {
    advice: `end it: kill -9 ${suspect.pid}`,
  });
}

async function earlierRedis(directory: string): Promise<ProcessIdentity | undefined> {
  const url = urlOfEarlierRedis(directory);
  if (url === null) return undefined;
  try {
    const found = await identifyRedis(url, ANSWER_WITHIN_MS);
    const ours = existsSync(found.directory) && realpathSync(found.directory) === realpathSync(directory);
    return ours ? (identifyProcess(found.pid) ?? undefined) : undefined;
  } catch {
    // No answer, or the password is refused: not a server of this directory.
    return undefined;
  }
}

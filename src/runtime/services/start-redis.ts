import { join } from 'node:path';
import { findBinary } from './binary.ts';
import { createPrivateRedis } from './private-redis.ts';
import { external, type StartContext, type Started, type StartServicesOptions } from './service.ts';
import { ServiceError } from './service-error.ts';
import { startOwn } from './start-own.ts';

export function redisDirectoryIn(dataDirectory: string): string {
  return join(dataDirectory, 'redis');
}

export async function startRedis(context: StartContext, options: StartServicesOptions): Promise<Started> {
  const { redisUrl, redisBinaries = ['redis-server', 'valkey-server'] } = options;
  if (redisUrl !== undefined) {
    context.registry.record('redis', { kind: 'external', url: redisUrl });
    return external(redisUrl);
  }
  const binary = findBinary(redisBinaries);
  if (binary === null) {
    throw new ServiceError('redis-missing', `No ${redisBinaries.join(' or ')} on the PATH`, {
      advice: 'install one (Debian: apt-get install redis-server, macOS: brew install redis) or set REDIS_URL',
    });
  }
  const directory = redisDirectoryIn(context.dataDirectory);
  return startOwn(context, 'redis', 'private', (port) => createPrivateRedis(binary, directory, port));
}

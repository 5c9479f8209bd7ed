import { resolve } from 'node:path';
import { type Config } from '../../../config/schema.ts';
import { type ListenOptions } from '../../http/listen.ts';
import { type FleetRules } from '../../domain/fleet/unit.ts';
import { type OpenServices } from '../../runtime/company.ts';
import { startCoordinator } from '../../runtime/coordinator.ts';
import { createLogger } from '../../runtime/logger.ts';
import { PROJECT_ROOT } from '../../paths.ts';
import { createCleanupStack } from '../../runtime/cleanup-stack.ts';
import { installShutdown } from '../../runtime/shutdown.ts';
import { type CliIo } from '../output/io.ts';

export interface CoordinatorRun {
  readonly openServices: OpenServices;
  readonly listen: ListenOptions;
  readonly distinct?: FleetRules['distinct'];
  readonly json: boolean;
}

const CLOSE_WITHIN_MS = 25_000;

/** A promise that rejects when the services are lost for good. */
function loss(): { readonly lost: Promise<never>; readonly onFatal: (error: Error) => void } {
  let onFatal: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (onFatal = reject));
  lost.catch(() => undefined);
  return { lost, onFatal };
}

/** Runs the coordinator, without a company around it, until a signal ends it. */
export async function runCoordinator(
  io: CliIo,
  config: Config,
  { openServices, listen, distinct, json }: CoordinatorRun,
): Promise<void> {
  const log = createLogger({
    level: config.runtime.logLevel,
    directory: resolve(PROJECT_ROOT, config.database.logDirectory),
    terminal: io.terminal,
  });
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  const release = async (): Promise<void> => {
    for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
    await log.close();
  };
  const shutdown = installShutdown({ stop: release, log, deadlineMs: CLOSE_WITHIN_MS + 2_000 });
  const { lost, onFatal } = loss();
  try {
    const services = await openServices(config, log, { onFatal, signal: shutdown.requested });
    cleanup.push('services', () => services.close());
    const { redis, mongo } = services;
    const coordinator = await startCoordinator({
      config,
      log,
      redisUrl: redis.url,
      mongoUrl: mongo.url,
      listen,
      ...(distinct !== undefined && { distinct }),
    });
    cleanup.push('coordinator', () => coordinator.close());
    if (json) io.json({ coordinator: coordinator.url, services: { redis: redis.kind, mongo: mongo.kind } });
    else {
      io.print(`The coordinator is at work: ${coordinator.url}`);
      io.print(`  workers     COORDINATOR_URL=${coordinator.url}`);
      io.print(`  services    Redis: ${redis.kind}, MongoDB: ${mongo.kind}`);
      io.print('Ctrl-C stops it.');
    }
    await lost;
  } catch (error) {
    if (shutdown.requested.aborted) return;
    await release();
    throw error;
  }
}

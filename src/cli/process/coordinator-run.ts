import { type Config } from '../../../config/schema.ts';
import { type ListenOptions } from '../../http/bind.ts';
import { type FleetRules } from '../../domain/fleet/unit.ts';
import { untilAborted } from '../../ports/until-aborted.ts';
import { type OpenServices } from '../../runtime/company.ts';
import { startCoordinator } from '../../runtime/coordinator.ts';
import { type CliIo } from '../output/io.ts';
import { openPatiently } from './open-patiently.ts';
import { aborted, runProcess, type ProcessRun } from './run-process.ts';

export interface CoordinatorRun {
  readonly openServices: OpenServices;
  readonly listen: ListenOptions;
  readonly distinct?: FleetRules['distinct'];
  readonly json: boolean;
}

const STOP_WITHIN_MS = 27_000;

/** Runs the coordinator, without a company, until a signal ends it. */
export async function runCoordinator(io: CliIo, config: Config, run: CoordinatorRun): Promise<void> {
  await runProcess(io, { config, finishes: false, keepsLogs: true, stopWithinMs: STOP_WITHIN_MS }, async (running) => {
    const { waitMs } = config.database.services;
    const opening = openPatiently({ ...running, waitMs }, (cleanup) => open(io, config, run, { ...running, cleanup }));
    await untilAborted(opening, running.stop);
    await aborted(running.stop);
  });
}

async function open(
  io: CliIo,
  config: Config,
  { openServices, listen, distinct, json }: CoordinatorRun,
  { log, cleanup, stop, fail }: ProcessRun,
): Promise<void> {
  const services = await openServices(config, log, { onFatal: fail, signal: stop });
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
    io.print(`The coordinator is running: ${coordinator.url}`);
    io.print(`  workers     COORDINATOR_URL=${coordinator.url}`);
    io.print(`  services    Redis: ${redis.kind}, MongoDB: ${mongo.kind}`);
    io.print('Ctrl-C stops it.');
  }
}

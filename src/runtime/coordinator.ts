import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type Config } from '../../config/schema.ts';
import { createRaiseAlert } from '../../processors/agent/raise-alert.ts';
import { createAgentMonitor } from '../../processors/agent/agent-monitor.ts';
import { runAgent } from '../../processors/agent/run-agent.ts';
import { createWorkerManager } from '../../processors/worker-manager/agent.ts';
import { createProducer } from '../../queues/producer.ts';
import { restoreFleetSchedules, upsertFleetSchedules } from '../../queues/schedulers.ts';
import { createRedisBroadcaster } from '../adapters/broadcast/redis-stream.ts';
import { type ListenOptions } from '../http/bind.ts';
import { isLoopback } from '../http/security/host-policy.ts';
import { createCoordinator } from '../coordinator/create-coordinator.ts';
import { createAttentionLog } from '../coordinator/attention.ts';
import { keepBusy } from '../coordinator/auto-create.ts';
import { createFleet, type Fleet } from '../coordinator/fleet.ts';
import { searchParams } from '../domain/fleet/search-params.ts';
import { type StrategyParams } from '../domain/fleet/strategy-params.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { AppError } from '../domain/errors.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { deadAfterMs } from './agents.ts';
import { fleetRules } from './fleet-rules.ts';
import { openCoordinatorStores } from './coordinator-stores.ts';
import { systemClock } from './system-clock.ts';
import { PROJECT_ROOT, VERSION } from '../paths.ts';
import { logBroadcasts } from './log/log-broadcasts.ts';
import { readinessOf } from './readiness.ts';
import { connectRedis } from './redis-connection.ts';
import { createCleanupStack } from './cleanup-stack.ts';
import { requireSoundRedis } from './services/probe-redis.ts';
import { repeat } from './watch/repeat.ts';
import { verificationObstacle } from './verification-obstacle.ts';
import { openWorkerEngine } from './worker-engine.ts';
import { createVerifier } from '../coordinator/verify-results.ts';
import { withTimeout } from '../ports/with-timeout.ts';

export interface CoordinatorOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly redisUrl: string;
  readonly mongoUrl: string;
  readonly listen: ListenOptions;
  /** Overrides config/agents.yaml. */
  readonly distinct?: FleetRules['distinct'];
}

export interface RunningCoordinator {
  readonly url: string;
  readonly fleet: Fleet;
  readonly stores: FleetStores;
  /** Finishes pending requests, then closes everything. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 15_000;
const DRAIN_MS = 5_000;
const READY_WITHIN_MS = 15_000;
const RESTORE_EVERY_MS = 10_000;
const SOUND_WITHIN_MS = 5000;

/** One round of searches on every market that workers have candles of; none unless `coordinator.autoCreate` is set. */
function autoSearches({ agents }: Config): readonly StrategyParams[] {
  const { forward } = agents.backtest;
  if (!agents.coordinator.autoCreate) return [];
  return Object.values(forward.markets).flatMap((market) =>
    Array.from({ length: forward.unitsPerMarket }, () => searchParams(market, forward)),
  );
}

/** @throws AppError `bad-input` when other machines could connect without a token, or a required token is missing. */
export function checkCoordinator(config: Config): void {
  const { agents, secrets } = config;
  if (agents.coordinator.autoCreate && autoSearches(config).length === 0) {
    throw new AppError(
      'bad-input',
      'config/agents.yaml: coordinator.autoCreate is true, but backtest.forward.markets names no market to search',
      {
        advice:
          "Name one: CORP_AGENTS__BACKTEST__FORWARD__MARKETS='{BTC-USD: {dataFile: BTC-USD_FIVE_MINUTE.csv, timeframe: 5m}}'",
      },
    );
  }
  const { host, workersNeedToken } = agents.coordinator;
  if (secrets.coordinatorToken !== undefined) return;
  if (!isLoopback(host)) {
    throw new AppError(
      'bad-input',
      `config/agents.yaml: coordinator.host ${host} is reachable from other machines, and no token is set`,
      {
        advice: 'Set COORDINATOR_TOKEN, or listen on 127.0.0.1',
      },
    );
  }
  if (workersNeedToken) {
    throw new AppError('bad-input', 'config/agents.yaml: coordinator.workersNeedToken is true, but no token is set', {
      advice: 'Set COORDINATOR_TOKEN',
    });
  }
}

/**
 * Starts the server for remote workers, with its own stores and queues. Any number may run on the same services: leases
 * are decided in the store, and the sweep is a job that one of them runs.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<RunningCoordinator> {
  const { config, log, redisUrl, mongoUrl } = options;
  const { coordinator: settings, heartbeat, schedules } = config.agents;
  checkCoordinator(config);
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  const close = async (): Promise<void> => {
    for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
  };
  try {
    await requireSoundRedis(redisUrl, config.database.namespace, SOUND_WITHIN_MS);
    const opened = await openCoordinatorStores({ config, redisUrl, mongoUrl, log, access: 'write' });
    cleanup.push('store connection', () => opened.close());
    const { fleetStores, stores, prefix } = opened;
    const clock = systemClock;
    const rules: FleetRules = {
      ...fleetRules(config),
      ...(options.distinct !== undefined && { distinct: options.distinct }),
    };
    const fleet = createFleet({ stores: fleetStores, rules, clock, log });
    cleanup.push('fleet', () => fleet.close());

    const directories = settings.dataDirectories.map((directory) => resolve(PROJECT_ROOT, directory));
    const engine = openWorkerEngine(directories);
    cleanup.push('worker engine', () => engine.close());
    const obstacle = await verificationObstacle(settings.verifyShare, directories);
    if (obstacle !== null) log.warn(`no result of remote workers can be verified: ${obstacle}`);
    const redis = connectRedis(redisUrl, 'patient', log);
    cleanup.push('redis', () => redis.close());
    const { connection } = redis;
    const producer = createProducer({ connection, prefix, log });
    cleanup.push('queues', () => producer.close());
    const stream = createRedisBroadcaster({
      url: redisUrl,
      key: `${prefix}:broadcast`,
      maxLength: config.database.broadcast.maxLength,
      onError: (error) => log.debug(`broadcast connection: ${error.message}`),
    });
    cleanup.push('broadcaster', () => stream.close());
    const broadcaster = logBroadcasts(stream, log);
    const fleetCheck = createVerifier({
      fleet,
      units: fleetStores.units,
      engine,
      share: settings.verifyShare,
      raiseAlert: createRaiseAlert({ stores, broadcaster, clock }),
    });
    const node = `${hostname()}.${process.pid}`;
    const monitor = createAgentMonitor('worker-manager', node, clock);
    const manager = createWorkerManager({
      clock,
      log,
      audit: stores.audit,
      monitor,
      stores,
      producer,
      broadcaster,
      deadAfterMs: deadAfterMs(heartbeat.everyMs),
      timing: config.database.queues,
      fleet,
      fleetCheck,
      noteAttention: createAttentionLog({ stores: fleetStores, rules, clock, log }),
    });
    const { lockMs, stalledCheckMs } = config.database.queues;
    const running = runAgent(manager, {
      connection,
      prefix,
      node,
      concurrency: 1,
      timing: { lockMs, stalledCheckMs },
      clock,
      log,
      monitor,
      deadLetters: stores.deadLetters,
      broadcaster,
    });
    cleanup.push('worker manager', () => withTimeout(DRAIN_MS, 'draining', running.close(false)));
    const intervals = {
      sweepEveryMs: settings.sweepEveryMs,
      verifyEveryMs: settings.verifyEveryMs,
      censusEveryMs: schedules.censusEveryMs,
    };
    await withTimeout(
      READY_WITHIN_MS,
      'reaching Redis',
      Promise.all([running.ready(), upsertFleetSchedules(producer, intervals)]),
    );
    // A Redis that was emptied says nothing, and without its schedules no lease would end.
    const restoring = repeat(RESTORE_EVERY_MS, 'schedules of the coordinator', log, async () => {
      const restored = withTimeout(READY_WITHIN_MS, 'reaching Redis', restoreFleetSchedules(producer, intervals));
      for (const name of await restored) log.warn(`Redis had lost schedule ${name}: it is there again`);
    });
    cleanup.push('schedules', () => restoring.close());

    const { coordinatorToken: token } = config.secrets;
    const searches = autoSearches(config);
    const { listen } = createCoordinator({
      fleet:
        searches.length === 0
          ? fleet
          : keepBusy({ fleet, units: fleetStores.units, clock, searches, replicas: settings.replicas }),
      stores: fleetStores,
      defaults: { replicas: settings.replicas, maxReplicas: settings.maxReplicas },
      verificationObstacle: obstacle,
      rules,
      clock,
      log,
      ...(token !== undefined && { token }),
      workersNeedToken: settings.workersNeedToken,
      names: settings.names,
      version: VERSION,
      webDirectory: `${PROJECT_ROOT}/web`,
      readiness: () => readinessOf(redisUrl, mongoUrl, config.database.namespace),
    });
    const listening = await listen(options.listen);
    cleanup.push('coordinator', () => listening.close());
    return { url: listening.url, fleet, stores: fleetStores, close };
  } catch (error) {
    await close();
    throw error;
  }
}

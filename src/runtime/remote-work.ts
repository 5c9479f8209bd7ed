import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config } from '../../config/schema.ts';
import { type ForwardingPlan } from '../../processors/strategy-generator/plan-forwarding.ts';
import { createCoordinatorClient } from '../adapters/coordinator-client/client.ts';
import { type HttpClientDeps } from '../adapters/coordinator-client/http-client.ts';
import { type Clock } from '../ports/clock.ts';
import { type Coordinator } from '../ports/fleet/client.ts';
import { AppError } from '../domain/errors.ts';
import { type WorkerEngine } from '../ports/fleet/engine.ts';
import { PROJECT_ROOT, VERSION } from '../paths.ts';
import { openWorkerEngine } from './worker-engine.ts';

/** Dependencies for forwarding searches to remote workers. */
export interface RemoteWork {
  readonly coordinator: Coordinator;
  readonly engine: WorkerEngine;
  readonly plan: ForwardingPlan;
}

const MINUTE_MS = 60_000;
/** Polls of units within this time share one request. */
const FRESH_MS = 1000;

/** What every client of a coordinator is made of. */
function httpClientDepsFor({ agents }: Config, url: string, clock: Clock): HttpClientDeps {
  const { timeoutMs, breakerFailures, breakerOpenMs } = agents.backtest.forward;
  return {
    url,
    clock,
    pause: (ms, signal) => delay(ms, undefined, { ...(signal && { signal }) }),
    random: Math.random,
    agent: `bittrading-corp/${VERSION}`,
    timeoutMs,
    breaker: { threshold: breakerFailures, openMs: breakerOpenMs },
  };
}

/**
 * The address of the coordinator; null with the backend `local`.
 * @throws AppError `bad-input` when it is missing.
 */
export function requireCoordinatorUrl({ agents, secrets }: Config): string | null {
  if (agents.backtest.backend === 'local') return null;
  if (secrets.coordinatorUrl === undefined) {
    throw new AppError(
      'bad-input',
      'config/agents.yaml: backtest.backend is coordinator, but no coordinator URL is set',
      {
        advice: 'Set COORDINATOR_URL, like http://127.0.0.1:5001, or backtest.backend to local',
      },
    );
  }
  return secrets.coordinatorUrl;
}

/** Null with the backend `local`, which forwards nothing. @throws AppError `bad-input`. */
export function openRemoteWork(config: Config, clock: Clock): RemoteWork | null {
  const url = requireCoordinatorUrl(config);
  if (url === null) return null;
  const { forward, dataDirectories } = config.agents.backtest;
  const { coordinatorToken: token } = config.secrets;
  const { settleMs, deadlineMinutes } = forward;
  return {
    coordinator: createCoordinatorClient({
      ...httpClientDepsFor(config, url, clock),
      token,
      settleMs,
      freshMs: FRESH_MS,
    }),
    engine: openWorkerEngine(dataDirectories.map((directory) => resolve(PROJECT_ROOT, directory))),
    plan: { ...forward, deadlineMs: deadlineMinutes * MINUTE_MS },
  };
}

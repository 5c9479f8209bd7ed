import { hostname } from 'node:os';
import { type Command } from 'commander';
import { queueStatuses, type QueueStatus } from '../../../queues/queue-status.ts';
import { isAlive } from '../../process-lock/process-identity.ts';
import { feedLockKey, isLed } from '../../runtime/leader-lock.ts';
import { type AgentState, type NodeState, type ScalingAdvice } from '../../ports/records.ts';
import { createCleanupStack } from '../../runtime/cleanup-stack.ts';
import { openQueues } from '../../runtime/open-queues.ts';
import { type ReadContext } from '../../runtime/read-context.ts';
import { anyDescriptor, type Mode } from '../process/choose-descriptor.ts';
import { type CliIo } from '../output/io.ts';
import { withReadContext } from '../process/open-context.ts';
import { type CommandServices } from '../process/open-services.ts';
import { jsonOption, modeOption } from '../input/options.ts';
import { type Row } from '../output/table.ts';
import { NO_IRREGULARITIES } from '../../domain/portfolio/irregularities.ts';
import { currentStance } from '../../domain/risk/current-stance.ts';
import { isoTime } from '../../reports/figures.ts';

interface Options {
  readonly json: boolean;
  readonly mode?: Mode;
}

type Status = Awaited<ReturnType<typeof statusOf>>;

interface QueueWithNodes extends QueueStatus {
  /** Number of nodes that serve the queue and take new jobs. */
  readonly nodes: number;
  /** Null before the first census. */
  readonly wantedNodes: number | null;
}

function withNodes(
  queues: readonly QueueStatus[],
  nodes: readonly NodeState[],
  advice: readonly ScalingAdvice[],
): readonly QueueWithNodes[] {
  return queues.map((status) => ({
    ...status,
    nodes: nodes.filter((node) => !node.draining && node.queues.includes(status.queue)).length,
    wantedNodes: advice.find(({ queue }) => queue === status.queue)?.wanted ?? null,
  }));
}

const CLOSE_WITHIN_MS = 2000;

async function queuesOf(context: ReadContext): Promise<readonly QueueStatus[]> {
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  try {
    return await queueStatuses(openQueues(context, cleanup).producer, context.clock);
  } finally {
    await cleanup.release();
  }
}

/** Heartbeats that an agent of a company that nobody leads may be late and still count as alive. */
const LATE_BEATS = 6;

/** Agents of nodes that still run. After a kill their rows remain, and look idle. */
function livingAgents(agents: readonly AgentState[], aliveSince: number): readonly AgentState[] {
  return agents.filter(({ node, lastSeen }) => {
    const [, host, pid] = /^(.*)\.(\d+)$/.exec(node) ?? [];
    return lastSeen >= aliveSince && (host !== hostname() || isAlive(Number(pid)));
  });
}

async function statusOf(context: ReadContext, { redis, mongo, origin }: CommandServices) {
  const { stores, clock, config } = context;
  const { mode, account, source, announcedAt } = context.descriptor;
  const [isRunning, feed, equity, mark, risk, positions, allAgents, nodes, queues, cycles, advice] = await Promise.all([
    isLed(redis.url, feedLockKey(context.prefix)),
    stores.feed.get(source),
    stores.ledger.equity(account, 1),
    stores.ledger.mark(account),
    stores.riskState.get(account),
    stores.ledger.positions(account),
    stores.agentStates.list(),
    stores.nodes.list(),
    queuesOf(context),
    stores.cycles.list(1),
    stores.scaling.list(),
  ]);
  const hasBegun = announcedAt !== 0 || feed !== null || equity.length > 0 || risk !== null;
  const state = isRunning ? 'running' : hasBegun ? 'stopped' : 'not-started';
  const { everyMs } = config.agents.heartbeat;
  const agents = isRunning ? allAgents : livingAgents(allAgents, clock.now() - LATE_BEATS * everyMs);
  const aliveSince = clock.now() - config.agents.heartbeat.silentAfterMs;
  const byStatus: Record<string, number> = {};
  for (const { status, lastSeen } of agents) {
    const key = lastSeen < aliveSince ? 'silent' : status;
    byStatus[key] = (byStatus[key] ?? 0) + 1;
  }
  const point = equity.at(-1);
  const cycle = cycles[0];
  return {
    mode,
    account,
    source,
    /** A company is stopped when it has data and no process leads it. */
    state,
    /** Null when Redis does not know it: never started, or restored from a back-up of the store. */
    announcedAt: announcedAt === 0 ? null : announcedAt,
    marketTime: feed?.now ?? null,
    equity: point?.equity ?? null,
    cash: point?.cash ?? null,
    exposure: point?.exposure ?? null,
    trading: risk && {
      state: risk.tradingState,
      reason: risk.stateReason,
      setBy: risk.stateSetBy,
      riskBudget: risk.riskBudget,
      stance: currentStance(risk),
      liftsAt: risk.liftsAt ?? null,
    },
    /** What the venue did to the account and nobody wanted, since it was opened. */
    irregularities: mark?.irregularities ?? NO_IRREGULARITIES,
    positions: positions.filter(({ amount }) => amount !== 0),
    agents: { total: agents.length, byStatus },
    nodes: nodes.length,
    queues: withNodes(queues, nodes, advice),
    lastCycle: cycle
      ? { id: cycle.id, state: cycle.state, asOf: cycle.asOf, finishedAt: cycle.finishedAt ?? null }
      : null,
    services: { origin, redis: redis.kind, mongo: mongo.kind },
  };
}

const ORIGINS: Readonly<Record<CommandServices['origin'], string>> = {
  configured: 'from REDIS_URL and MONGO_URL',
  running: 'of the running company',
  own: 'started for this command: the company is not running',
};

const STATES: Readonly<Record<Status['state'], string>> = {
  running: '',
  stopped: ', stopped: start it with corp start',
  'not-started': ', not started yet',
};

function summary(status: Status): readonly Row[] {
  const { trading, agents, lastCycle, services, irregularities } = status;
  const { closedTwice, foreignFills } = irregularities;
  const words = Object.entries(agents.byStatus).map(([name, count]) => `${count} ${name}`);
  return Object.entries({
    company: `${status.mode}, account ${status.account}${STATES[status.state]}`,
    'market time': status.marketTime === null ? null : isoTime(status.marketTime),
    trading: trading
      ? `${status.state === 'running' ? trading.state : `stopped; ${trading.state} at its next start`} (${trading.setBy}: ${trading.reason})`
      : 'not yet',
    equity: status.equity?.toFixed(2),
    exposure: status.exposure?.toFixed(2),
    positions: String(status.positions.length),
    ...(closedTwice + foreignFills > 0 && {
      irregularities: `${closedTwice} positions closed twice, ${foreignFills} fills of unknown orders: see corp alerts`,
    }),
    agents: words.join(', ') || 'none running',
    nodes: String(status.nodes),
    'last cycle': lastCycle && `${lastCycle.id} ${lastCycle.state}, as of ${isoTime(lastCycle.asOf)}`,
    services: `Redis ${services.redis}, store ${services.mongo}; ${ORIGINS[services.origin]}`,
  }).map(([what, is]) => ({ what, is }));
}

const queueRows = ({ queues }: Status): readonly Row[] =>
  queues.map(({ queue, paused, counts, oldestWaitingMs, nodes, wantedNodes }) => ({
    queue: paused ? `${queue} (paused)` : queue,
    ...counts,
    'oldest waiting s': oldestWaitingMs === null ? null : Math.round(oldestWaitingMs / 1000),
    nodes,
    'wanted nodes': wantedNodes,
  }));

export function registerStatus(program: Command, io: CliIo): void {
  program
    .command('status')
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async ({ json, mode }: Options) => {
      const status = await withReadContext(io, anyDescriptor(mode), statusOf);
      if (json) return io.json(status);
      io.table(summary(status), '');
      io.print('');
      io.table(queueRows(status), '');
      if (status.positions.length === 0) return;
      io.print('');
      io.table(
        status.positions.map(({ symbol, strategyHash, amount, averagePrice }) => ({
          symbol,
          strategy: strategyHash.slice(0, 12),
          amount,
          'average price': averagePrice,
        })),
        '',
      );
    });
}

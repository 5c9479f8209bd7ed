import { hostname } from 'node:os';
import { createAgentMonitor, type AgentMonitor } from '../../processors/agent/agent-monitor.ts';
import { runAgent, type RunningAgent } from '../../processors/agent/run-agent.ts';
import { MONEY_QUEUES, type QueueName } from '../../queues/names.ts';
import { createRedisBroadcastReader } from '../adapters/broadcast/redis-stream.ts';
import { errorText } from '../domain/errors.ts';
import { type AgentState } from '../ports/records.ts';
import { createAgent, slotsOf } from './agents.ts';
import { startHeartbeat } from './heartbeat.ts';
import { type AppContext } from './context.ts';
import { requireSameCompany } from './require-same-company.ts';
import { withTimeout } from '../ports/with-timeout.ts';

export interface NodeOptions {
  readonly queues: readonly QueueName[];
  /** Overrides config/agents.yaml, except for money agents. */
  readonly concurrency?: number;
}

export interface RunningNode {
  readonly name: string;
  /** Finishes running jobs; those that take longer than `drainMs` go back to their queue. */
  close(drainMs: number): Promise<void>;
  /** Ends at once, for services that are gone for good: nothing can be finished, or told to them. */
  abandon(): Promise<void>;
}

interface LocalAgent {
  readonly monitor: AgentMonitor;
  running: RunningAgent;
}

const READY_WITHIN_MS = 15_000;
const PAUSE_KNOWN_WITHIN_MS = 1000;
const FORCED_WITHIN_MS = 2000;

/** Runs agents on their queues, writes their heartbeats, and restarts an agent when the CEO requests it. */
export async function startNode(context: AppContext, { queues, concurrency }: NodeOptions): Promise<RunningNode> {
  const { config, clock, log, stores, broadcaster, producer, prefix, redisUrl, connection } = context;
  await requireSameCompany(context, queues);
  const name = `${hostname()}.${process.pid}`;
  const timing = { lockMs: config.database.queues.lockMs, stalledCheckMs: config.database.queues.stalledCheckMs };

  // Money agents are serialised over all nodes, whatever the requested concurrency.
  const slots = (queue: QueueName): number =>
    MONEY_QUEUES.includes(queue) ? 1 : (concurrency ?? slotsOf(config, queue));

  const open = (queue: QueueName): LocalAgent => {
    const monitor = createAgentMonitor(queue, name, clock);
    const agent = createAgent(queue, context, monitor, name);
    const running = runAgent(agent, {
      connection,
      prefix,
      node: name,
      concurrency: slots(queue),
      timing,
      clock,
      log,
      monitor,
      deadLetters: stores.deadLetters,
      broadcaster,
    });
    return { monitor, running };
  };

  // Two concurrent money decisions could each be within the limits and together exceed them.
  await withTimeout(
    READY_WITHIN_MS,
    'reaching Redis',
    Promise.all(MONEY_QUEUES.map((queue) => producer.queue(queue).setGlobalConcurrency(1))),
  );
  const agents = new Map(queues.map((queue) => [queue, open(queue)]));
  await withTimeout(
    READY_WITHIN_MS,
    'reaching Redis',
    Promise.all([...agents.values()].map((agent) => agent.running.ready())),
  );

  /** A worker does not notice that its queue is paused, so ask the queue. Without Redis, assume that it is not. */
  const stateOf = async ([queue, { monitor }]: readonly [QueueName, LocalAgent]): Promise<AgentState> => {
    const asked = withTimeout(PAUSE_KNOWN_WITHIN_MS, `reading the state of ${queue}`, producer.queue(queue).isPaused());
    monitor.setPaused(await asked.catch(() => false));
    return monitor.snapshot();
  };
  const heartbeat = await startHeartbeat(context, {
    node: name,
    queues,
    concurrency: concurrency ?? 0,
    busyJobs: () => [...agents.values()].reduce((sum, { monitor }) => sum + monitor.runningJobs(), 0),
    agents: () => Promise.all([...agents].filter(([, agent]) => agent.running.alive()).map(stateOf)),
  });

  const restart = async (queue: QueueName): Promise<void> => {
    const agent = agents.get(queue);
    if (!agent || (agent.running.alive() && !heartbeat.isStale())) return;
    log.warn('restarting agent', { agent: queue });
    await agent.running.close(true);
    agents.set(queue, open(queue));
  };

  const reader = createRedisBroadcastReader({
    url: redisUrl,
    key: context.broadcastKey,
    onError: (error) => log.debug(error.message),
  });
  const stopFollowing = new AbortController();
  const following = (async () => {
    for await (const { topic, data } of reader.follow('$', stopFollowing.signal)) {
      if (topic !== 'agent-restart') continue;
      const queue = queues.find((candidate) => candidate === data['agent']);
      if (queue)
        await restart(queue).catch((error: unknown) =>
          log.error(`restart failed: ${errorText(error)}`, { agent: queue }),
        );
    }
  })();

  const forceClosed = (): Promise<unknown> =>
    withTimeout(
      FORCED_WITHIN_MS,
      'forced close',
      Promise.all([...agents.values()].map((agent) => agent.running.close(true))),
    ).catch((error: unknown) => log.debug(errorText(error)));

  return {
    name,
    async abandon() {
      stopFollowing.abort();
      heartbeat.abandon();
      await Promise.all([forceClosed(), reader.close()]);
    },
    async close(drainMs) {
      stopFollowing.abort();
      await heartbeat.drain();
      const all = [...agents.values()];
      const graceful = Promise.all(all.map((agent) => agent.running.close(false)));
      try {
        await withTimeout(drainMs, 'draining', graceful);
      } catch (error) {
        log.warn(`${errorText(error)}; unfinished jobs go back to their queues`);
        await forceClosed();
      }
      await following.catch((error: unknown) => log.debug(errorText(error)));
      await reader.close();
      await heartbeat.stop();
    },
  };
}

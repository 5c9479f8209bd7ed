import { availableParallelism, hostname, totalmem } from 'node:os';
import { type QueueName } from '../../queues/names.ts';
import { AppError, errorText } from '../domain/errors.ts';
import { type AgentState } from '../ports/records.ts';
import { type AppContext } from './context.ts';
import { VERSION } from '../paths.ts';

export interface Heartbeat {
  /** Whether the last heartbeat did not reach the store in time. */
  isStale(): boolean;
  /** Announces that the node takes no more jobs. */
  drain(): Promise<void>;
  /** Stops, and writes nothing more. */
  abandon(): void;
  /** Stops and removes the node's rows. */
  stop(): Promise<void>;
}

export interface HeartbeatSubject {
  readonly node: string;
  readonly queues: readonly QueueName[];
  /** 0 means the configured value. */
  readonly concurrency: number;
  /** Number of running jobs. */
  readonly busyJobs: () => number;
  /** States of the agents that are alive. */
  readonly agents: () => Promise<readonly AgentState[]>;
}

/** Writes the rows of the node and of its living agents at intervals. A failed write is logged and not fatal. */
export async function startHeartbeat(
  context: AppContext,
  { node, queues, concurrency, busyJobs, agents }: HeartbeatSubject,
): Promise<Heartbeat> {
  const { stores, clock, log, config, broadcaster } = context;
  const { everyMs, silentAfterMs } = config.agents.heartbeat;
  const startedAt = clock.now();
  let draining = false;
  let isAbandoned = false;
  let lastBeat = startedAt;
  /** The last heartbeat could not be written because a service was away. */
  let isWaiting = false;
  let cpu = process.cpuUsage();
  let measuredAt = performance.now();
  let beating: Promise<void> = Promise.resolve();

  const load = (): number => {
    const used = process.cpuUsage(cpu);
    const elapsedMs = performance.now() - measuredAt;
    cpu = process.cpuUsage();
    measuredAt = performance.now();
    return elapsedMs > 0 ? (used.user + used.system) / 1000 / elapsedMs : 0;
  };

  /** Agents change between idle and busy many times a second; broadcast the state once per heartbeat at most. */
  const announced = new Map<string, AgentState['status']>();
  const announceChange = async ({ agent, status }: AgentState): Promise<void> => {
    if (announced.get(agent) === status) return;
    announced.set(agent, status);
    await broadcaster.publish({ topic: 'agent-state', at: clock.now(), data: { agent, node, status } });
  };

  const beat = async (): Promise<void> => {
    try {
      await stores.nodes.beat({
        node,
        host: hostname(),
        pid: process.pid,
        queues: [...queues],
        concurrency,
        version: VERSION,
        platform: `${process.platform} ${process.arch} node ${process.versions.node}`,
        cores: availableParallelism(),
        cpu: Math.round(load() * 1000) / 1000,
        memoryBytes: process.memoryUsage.rss(),
        totalMemoryBytes: totalmem(),
        busyJobs: busyJobs(),
        draining,
        startedAt,
        lastSeen: clock.now(),
      });
      const states = await agents();
      await Promise.all(states.map((state) => stores.agentStates.beat(state)));
      for (const state of states) await announceChange(state);
      if (isWaiting) log.info('heartbeat written again', { afterSeconds: Math.round((clock.now() - lastBeat) / 1000) });
      isWaiting = false;
      lastBeat = clock.now();
    } catch (error) {
      if (isAbandoned) return;
      // Agents repeat what failed for the same reason.
      isWaiting ||= error instanceof AppError && error.retryable;
      log.warn(`${isWaiting ? 'waiting for Redis and the store: ' : ''}heartbeat not written: ${errorText(error)}`);
    }
  };
  await beat();
  // Heartbeats are chained, so that they cannot pile up when the store is slow.
  const timer = setInterval(() => {
    beating = beating.then(beat);
  }, everyMs);

  return {
    isStale: () => clock.now() - lastBeat > silentAfterMs,
    async drain() {
      draining = true;
      beating = beating.then(beat);
      await beating;
    },
    abandon() {
      isAbandoned = true;
      clearInterval(timer);
    },
    async stop() {
      clearInterval(timer);
      await beating;
      // After a clean stop no row must remain that would look like a silent agent.
      await Promise.all([stores.nodes.remove(node), stores.agentStates.removeNode(node)]).catch((error: unknown) =>
        log.warn(errorText(error)),
      );
    },
  };
}

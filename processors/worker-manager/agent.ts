import { type Queue } from 'bullmq';
import { QUEUE_NAMES, type QueueName } from '../../queues/names.ts';
import { type WorkerTiming } from '../../queues/options.ts';
import { type Producer } from '../../queues/producer.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type ScalingRules } from '../../src/domain/scaling/wanted-nodes.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type FleetCheck, type FleetSweep } from '../../src/ports/fleet/service.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { deadLetterOf } from '../agent/dead-letters.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { type Coordinator } from '../../src/ports/fleet/client.ts';
import { createCoordinatorWatch } from './coordinator-watch.ts';
import { createScalingCensus } from './scaling-census.ts';
import { createStalledWork } from './stalled-work.ts';

export interface WorkerManagerDeps extends AgentDeps {
  readonly stores: Pick<Stores, 'nodes' | 'agentStates' | 'alerts' | 'deadLetters' | 'workUnits' | 'scaling'>;
  readonly producer: Producer;
  readonly broadcaster: Broadcaster;
  /** A node without a heartbeat for longer than this is dead, ms. */
  readonly deadAfterMs: number;
  readonly timing: WorkerTiming;
  /** Only in a company: the coordinator's own queues hold only housekeeping jobs. */
  readonly scaling?: {
    readonly rules: ScalingRules;
    readonly slots: (queue: QueueName) => number;
  };
  /** Only with the backend `coordinator`. */
  readonly coordinator?: Pick<Coordinator, 'probe'>;
  /** Only on the coordinator's own queues. */
  readonly fleet?: FleetSweep;
  readonly fleetCheck?: FleetCheck;
  /** Logs what needs attention. */
  readonly noteAttention?: () => Promise<void>;
}

/** Number of newest failures per queue that a census checks. */
const FAILURES_PER_QUEUE = 100;

/**
 * Infrastructure: counts nodes and queues, records failures that were not recorded, reports stalled jobs, and advises how
 * many nodes each queue needs.
 */
export function createWorkerManager(deps: WorkerManagerDeps): Agent {
  const { stores, producer, clock } = deps;

  const raiseAlert = createRaiseAlert(deps);
  const findStalledWork = createStalledWork({ stores, producer, clock, timing: deps.timing, raiseAlert });
  const watchCoordinator =
    deps.coordinator &&
    createCoordinatorWatch({ coordinator: deps.coordinator, alerts: stores.alerts, raiseAlert, clock, log: deps.log });
  const adviseNodes = deps.scaling && createScalingCensus({ stores, producer, clock, ...deps.scaling });

  const removeDeadNodes = async (): Promise<readonly string[]> => {
    const dead = (await stores.nodes.list()).filter((node) => clock.now() - node.lastSeen > deps.deadAfterMs);
    for (const { node, lastSeen, queues } of dead) {
      const text = `node ${node} (${queues.join(', ')}) sent its last heartbeat ${Math.round((clock.now() - lastSeen) / 1000)} s ago; other nodes take over its jobs`;
      await raiseAlert({ key: `dead-node/${node}/${lastSeen}`, severity: 'warning', title: 'Node lost', text });
      await stores.nodes.remove(node);
      await stores.agentStates.removeNode(node);
    }
    return dead.map(({ node }) => node);
  };

  /** Records failed jobs without a dead letter: a node may die between failing a job and recording it. */
  const recordFailures = async (queue: Queue, name: (typeof QUEUE_NAMES)[number]): Promise<number> => {
    let recorded = 0;
    for (const job of await queue.getFailed(0, FAILURES_PER_QUEUE - 1)) {
      if (job.id === undefined) continue;
      const known = await stores.deadLetters.get(name, job.id);
      if (known && known.failedAt >= (job.finishedOn ?? 0)) continue;
      await stores.deadLetters.record(deadLetterOf(name, job, job.failedReason ?? 'unknown', clock.now()));
      recorded += 1;
    }
    return recorded;
  };

  return defineAgent(
    'worker-manager',
    {
      async census() {
        const dead = await removeDeadNodes();
        let waiting = 0;
        let deadLetters = 0;
        for (const name of QUEUE_NAMES) {
          const queue = producer.queue(name);
          const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'failed');
          waiting += (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0);
          if ((counts['failed'] ?? 0) > 0) deadLetters += await recordFailures(queue, name);
        }
        const nodes = (await stores.nodes.list()).length;
        const work = await findStalledWork();
        await adviseNodes?.();
        await deps.noteAttention?.();
        // Last: a coordinator that is away keeps the census waiting for its time-outs.
        await watchCoordinator?.();
        return { nodes, dead: [...dead], waiting, deadLetters, ...work };
      },

      async 'sweep-leases'() {
        if (deps.fleet) return deps.fleet.sweep();
        throw noCoordinator('these queues have no leases');
      },

      async 'verify-results'() {
        if (deps.fleetCheck) return deps.fleetCheck.verify();
        throw noCoordinator('these queues have no results of remote workers');
      },

      async noop({ n }) {
        return { n };
      },
    },
    deps,
  );
}

function noCoordinator(problem: string): AppError {
  return new AppError('no-coordinator', problem, {
    advice: 'corp coordinator runs this job on its own queues; do not add it here',
  });
}

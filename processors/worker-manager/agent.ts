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
import { createScalingCensus } from './scaling-census.ts';
import { createStalledWork } from './stalled-work.ts';

export interface WorkerManagerDeps extends AgentDeps {
  readonly stores: Pick<Stores, 'nodes' | 'agentStates' | 'alerts' | 'deadLetters' | 'workUnits' | 'scaling'>;
  readonly producer: Producer;
  readonly broadcaster: Broadcaster;
  /** A node silent for longer is dead. */
  readonly deadAfterMs: number;
  readonly timing: WorkerTiming;
  /** Only in a company: a coordinator's own queues hold housekeeping. */
  readonly scaling?: {
    readonly rules: ScalingRules;
    readonly slots: (queue: QueueName) => number;
  };
  /** Only beside a coordinator: the remote workers have queues of their own. */
  readonly fleet?: FleetSweep;
  readonly fleetCheck?: FleetCheck;
}

/** Newest failures of a queue that a census looks at. */
const FAILURES_PER_QUEUE = 100;

/**
 * Infrastructure: keeps count of nodes and queues, makes sure that no failure goes unrecorded and no work stands still
 * unseen, and says how many nodes are wanted.
 */
export function createWorkerManager(deps: WorkerManagerDeps): Agent {
  const { stores, producer, clock } = deps;

  const raiseAlert = createRaiseAlert(deps);
  const lookForStalledWork = createStalledWork({ stores, producer, clock, timing: deps.timing, raiseAlert });
  const adviseNodes = deps.scaling && createScalingCensus({ stores, producer, clock, ...deps.scaling });

  const recordDeadLetters = async (): Promise<readonly string[]> => {
    const dead = (await stores.nodes.list()).filter((node) => clock.now() - node.lastSeen > deps.deadAfterMs);
    for (const { node, lastSeen, queues } of dead) {
      const text = `node ${node} (${queues.join(', ')}) was last heard of ${Math.round((clock.now() - lastSeen) / 1000)} s ago; its jobs go to others`;
      await raiseAlert({ key: `dead-node/${node}/${lastSeen}`, severity: 'warning', title: 'Node lost', text });
      await stores.nodes.remove(node);
      await stores.agentStates.removeNode(node);
    }
    return dead.map(({ node }) => node);
  };

  /** A node that died between failing a job and recording it leaves a failure nobody knows of. */
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
        const dead = await recordDeadLetters();
        let waiting = 0;
        let deadLetters = 0;
        for (const name of QUEUE_NAMES) {
          const queue = producer.queue(name);
          const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'failed');
          waiting += (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0);
          if ((counts['failed'] ?? 0) > 0) deadLetters += await recordFailures(queue, name);
        }
        const nodes = (await stores.nodes.list()).length;
        const work = await lookForStalledWork();
        await adviseNodes?.();
        return { nodes, dead: [...dead], waiting, deadLetters, ...work };
      },

      async 'sweep-leases'() {
        if (deps.fleet) return deps.fleet.sweep();
        throw noCoordinator('no leases are kept on these queues');
      },

      async 'verify-results'() {
        if (deps.fleetCheck) return deps.fleetCheck.verify();
        throw noCoordinator('no results of remote workers are kept on these queues');
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
    advice: 'corp coordinator looks after its own; nothing has to be asked for',
  });
}

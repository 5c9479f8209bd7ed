import { MONEY_QUEUES, QUEUE_NAMES, type QueueName } from '../../queues/names.ts';
import { queueStatuses } from '../../queues/queue-status.ts';
import { type Producer } from '../../queues/producer.ts';
import { serviceSecondsOf } from '../../src/domain/scaling/service-time.ts';
import { adviseNodes, type ScalingAdvice, type ScalingRules } from '../../src/domain/scaling/wanted-nodes.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type NodeState } from '../../src/ports/records.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface ScalingCensusDeps {
  readonly stores: Pick<Stores, 'nodes' | 'agentStates' | 'scaling'>;
  readonly producer: Producer;
  readonly clock: Clock;
  readonly rules: ScalingRules;
  /** Configured concurrency of the queue on one node. */
  readonly slots: (queue: QueueName) => number;
}

/** Mean concurrency of the nodes that serve the queue; the configured one when there is none. */
function slotsPerNode(queue: QueueName, nodes: readonly NodeState[], configured: number): number {
  const serving = nodes.filter(({ queues, draining }) => !draining && queues.includes(queue));
  if (serving.length === 0) return configured;
  const slots = serving.map(({ concurrency }) => (concurrency > 0 ? concurrency : configured));
  return slots.reduce((sum, count) => sum + count, 0) / slots.length;
}

/**
 * Computes and stores the number of nodes that each queue needs. The previous advice is in the store, so any node can run
 * this. Two concurrent runs write the same values except for milliseconds.
 */
export function createScalingCensus({ stores, producer, clock, rules, slots }: ScalingCensusDeps) {
  return async function adviseAll(): Promise<readonly ScalingAdvice[]> {
    const [statuses, nodes, agents, before] = await Promise.all([
      queueStatuses(producer, clock),
      stores.nodes.list(),
      stores.agentStates.list(),
      stores.scaling.list(),
    ]);
    const previous = new Map(before.map((advice) => [advice.queue, advice]));
    const advice = QUEUE_NAMES.map((queue, i): ScalingAdvice => {
      const { counts, oldestWaitingMs } = statuses[i]!;
      const serial = MONEY_QUEUES.includes(queue);
      const known = previous.get(queue) ?? null;
      const load = {
        queue,
        depth: counts.waiting,
        active: counts.active,
        oldestWaitingSeconds: (oldestWaitingMs ?? 0) / 1000,
        // The nodes that measured this may have left; keep their figure until a new one exists.
        serviceSeconds: serviceSecondsOf(queue, agents) ?? known?.serviceSeconds ?? null,
        slotsPerNode: serial ? 1 : slotsPerNode(queue, nodes, slots(queue)),
        serial,
      };
      return adviseNodes(load, rules, known, clock.now());
    });
    await stores.scaling.put(advice);
    return advice;
  };
}

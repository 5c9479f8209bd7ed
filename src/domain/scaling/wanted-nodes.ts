/** Computes how many nodes a queue needs. Advice only: an operator or autoscaler reads it as a metric. */

/** State of one queue at one time. */
export interface QueueLoad {
  readonly queue: string;
  /** Waiting jobs. */
  readonly depth: number;
  /** Running jobs. */
  readonly active: number;
  /** Age of the oldest waiting job; 0 when none waits. */
  readonly oldestWaitingSeconds: number;
  /** Measured mean time per job; null before the first job has ended. */
  readonly serviceSeconds: number | null;
  /** Concurrent jobs per node. */
  readonly slotsPerNode: number;
  /** One job at a time over all nodes; a second node is only a stand-by. */
  readonly serial: boolean;
}

export interface ScalingRules {
  /** Waiting jobs should be done within this time. */
  readonly targetDrainSeconds: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Scale up only when demand exceeds the wanted nodes by this fraction. */
  readonly tolerance: number;
  /** Scale down only after demand has been lower for this long. */
  readonly holdSeconds: number;
}

export interface ScalingAdvice extends QueueLoad {
  readonly wanted: number;
  /** Nodes needed, before rounding and limits. */
  readonly demand: number;
  /** Start of the current period of lower demand, epoch ms; null when demand is not lower. */
  readonly lowSince: number | null;
  /** Highest demand in that period, in nodes. */
  readonly lowPeak: number;
  /** Epoch ms. */
  readonly at: number;
}

/** Used until the first job of the queue has ended. */
const ASSUMED_SERVICE_SECONDS = 1;
/** Highest weight of overdue jobs: they show that the measured service time was too short. */
const MOST_URGENT = 2;

/**
 * Nodes needed for the current load: enough for the running jobs, and enough to finish waiting and running jobs within
 * the target time. Grows with depth, age and service time.
 */
export function demandOf(load: QueueLoad, { targetDrainSeconds }: ScalingRules): number {
  const { depth, active, oldestWaitingSeconds, slotsPerNode, serial } = load;
  if (serial) return depth + active > 0 ? 1 : 0;
  const serviceSeconds = load.serviceSeconds ?? ASSUMED_SERVICE_SECONDS;
  const urgency = Math.min(MOST_URGENT, Math.max(1, oldestWaitingSeconds / targetDrainSeconds));
  const toDrain = ((depth + active) * serviceSeconds * urgency) / (targetDrainSeconds * slotsPerNode);
  return Math.max(active / slotsPerNode, toDrain);
}

const within = (nodes: number, { minNodes, maxNodes }: ScalingRules): number =>
  Math.min(maxNodes, Math.max(minNodes, nodes));

/**
 * Computes the next advice from the previous one. Scales up at once when demand is clearly above. Scales down only to
 * the peak demand of a whole hold period: a node takes a minute to start, so short load changes must not change the
 * fleet.
 */
export function adviseNodes(
  load: QueueLoad,
  rules: ScalingRules,
  previous: Pick<ScalingAdvice, 'wanted' | 'lowSince' | 'lowPeak'> | null,
  now: number,
): ScalingAdvice {
  const demand = demandOf(load, rules);
  const asked = within(Math.ceil(demand), rules);
  const advice = (wanted: number, lowSince: number | null = null, lowPeak = 0): ScalingAdvice => ({
    ...load,
    wanted,
    demand,
    lowSince,
    lowPeak,
    at: now,
  });
  if (previous === null) return advice(asked);
  const wanted = within(previous.wanted, rules);
  if (asked > wanted) return advice(demand > wanted * (1 + rules.tolerance) ? asked : wanted);
  if (asked === wanted) return advice(wanted);
  const lowPeak = previous.lowSince === null ? asked : Math.max(previous.lowPeak, asked);
  const lowSince = previous.lowSince ?? now;
  if (now - lowSince < rules.holdSeconds * 1000) return advice(wanted, lowSince, lowPeak);
  return advice(Math.min(wanted, within(lowPeak, rules)));
}

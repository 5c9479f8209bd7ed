/** How many nodes a queue wants. Advice only: whoever starts and stops nodes reads it as a metric. */

/** One queue at one moment. */
export interface QueueLoad {
  readonly queue: string;
  /** Jobs that wait. */
  readonly depth: number;
  /** Jobs in hand. */
  readonly active: number;
  /** Of the job that waits longest; 0 when none waits. */
  readonly oldestWaitingSeconds: number;
  /** Mean time a job occupies its slot, measured; null when nobody has ended one yet. */
  readonly serviceSeconds: number | null;
  /** Jobs that one node runs at once. */
  readonly slotsPerNode: number;
  /** One job at a time over all nodes: a second node is a stand-by and makes nothing faster. */
  readonly serial: boolean;
}

export interface ScalingRules {
  /** What waits now is to be done within this time. */
  readonly targetDrainSeconds: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Fraction by which the demand must exceed the nodes wanted before more are. */
  readonly tolerance: number;
  /** Fewer are wanted only after the demand has been lower for so long. */
  readonly holdSeconds: number;
}

export interface ScalingAdvice extends QueueLoad {
  readonly wanted: number;
  /** Nodes that would do, unrounded and unbounded. */
  readonly demand: number;
  /** Since when the demand has been below what is wanted, epoch ms; null while it is not. */
  readonly lowSince: number | null;
  /** The most nodes that the demand asked for since then. */
  readonly lowPeak: number;
  /** Epoch ms. */
  readonly at: number;
}

/** For a queue on which nothing has ended yet; the first job corrects it. */
const ASSUMED_SERVICE_SECONDS = 1;
/** What has waited longer than it may counts for more, up to this factor: the measured service time was too short. */
const MOST_URGENT = 2;

/**
 * Nodes that the work in sight asks for. The slots in use are needed as long as they are; beyond them, what waits and runs
 * must be done within the target. Grows with depth, age and service time.
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
 * The next advice, from the one before. Up at once, when the demand is clearly beyond; down only to the most that was asked
 * for over a whole hold: a node costs a minute to start, and a queue that breathes must not make the fleet breathe with it.
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

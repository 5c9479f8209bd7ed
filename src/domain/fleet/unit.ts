/** Units of work that remote workers pull over HTTP: what is known of one, and the words for it. */

/**
 * `genetic`: a search as the existing workers run it. `evaluate`: one given genome, so that every honest worker reports
 * the same. `specs`: strategy specs of ours, for workers that ask for them.
 */
export const UNIT_KINDS = ['genetic', 'evaluate', 'specs'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/**
 * Where a unit stands.
 *
 *   pending --lease--> in_progress --enough results--> completed
 *      ^                    |  |
 *      +---leases run out---+  +--nothing came of too many leases, or results that never agree--> failed
 *
 * `cancelled` ends it from pending and in_progress. A completed unit is open again when a result it rested on is
 * withdrawn; failed and cancelled are final.
 */
export const UNIT_STATES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type UnitState = (typeof UNIT_STATES)[number];

/**
 * What a result is worth to its unit. Only `accepted` counts; `disagrees` counted until the majority said otherwise.
 * `late`: the unit had ended. `duplicate`: the worker had reported on this unit before. `invalid`: a field is no number
 * or out of range. `constants`: what old workers send whatever they found. `untrusted`: from an engine whose figures
 * mean something else. `quarantined`: from a worker that was found to report what is not so.
 */
export const RESULT_VERDICTS = [
  'accepted',
  'disagrees',
  'late',
  'duplicate',
  'invalid',
  'constants',
  'untrusted',
  'quarantined',
] as const;
export type ResultVerdict = (typeof RESULT_VERDICTS)[number];

/** Of a result, what its unit must know to decide. */
export interface LeaseResult {
  readonly id: number;
  readonly verdict: ResultVerdict;
  /** Hash of what must be equal between replicas of a deterministic unit. */
  readonly digest: string;
  readonly pnl: number;
  /** It may stand for the unit (canonical-result.ts). */
  readonly sound: boolean;
}

/**
 * One hand-out of a replica to a worker. A worker never reports failure: a lease that runs out is all one hears.
 *
 *   running --result--> returned       running --time is up--> expired --a result after all--> returned
 *   running --its worker is quarantined--> revoked
 */
export interface Lease {
  /** 1 for the first lease of the unit. */
  readonly seq: number;
  /** From 1. A lease that came to nothing leaves its number to another. */
  readonly replica: number;
  readonly workerId: string;
  readonly host: string;
  /** Epoch ms. */
  readonly leasedAt: number;
  readonly expiresAt: number;
  readonly state: 'running' | 'returned' | 'expired' | 'revoked';
  readonly result: LeaseResult | null;
}

/** How far a unit is. Changed only by the functions of this folder. */
export interface Unit {
  readonly id: number;
  readonly kind: UnitKind;
  /** Every honest worker reports the same, so replicas are compared. */
  readonly deterministic: boolean;
  /** Results asked for. */
  readonly replicas: number;
  /** 0..9; the higher is handed out first. */
  readonly priority: number;
  readonly state: UnitState;
  /** Why it failed or was cancelled; empty otherwise. */
  readonly reason: string;
  /** Results needed as things stand: more than asked for while they disagree. */
  readonly wanted: number;
  /** Oldest first. Every lease ever given; the bounds on failures bound it. */
  readonly leases: readonly Lease[];
  /** Id of the result that stands for the unit. */
  readonly canonical: number | null;
  /** Its place in the line, epoch ms: when it was made, or when a lease last came to nothing. */
  readonly turn: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** How units are handed out (config/agents.yaml, coordinator). */
export interface FleetRules {
  readonly leaseMs: number;
  /** A unit fails after so many leases without a result, or twice as many refused results. */
  readonly maxExpiries: number;
  /** Results of a deterministic unit that are gathered to find a majority. */
  readonly maxReplicas: number;
  /** What no two replicas of a unit may share. */
  readonly distinct: 'workers' | 'hosts';
}

export type NewUnit = Pick<Unit, 'id' | 'kind' | 'deterministic' | 'replicas' | 'priority' | 'createdAt'>;

export function newUnit(unit: NewUnit): Unit {
  return {
    ...unit,
    state: 'pending',
    reason: '',
    wanted: unit.replicas,
    leases: [],
    canonical: null,
    turn: unit.createdAt,
    endedAt: null,
  };
}

export const isOpen = ({ state }: Pick<Unit, 'state'>): boolean => state === 'pending' || state === 'in_progress';

export interface Vote extends Lease {
  readonly result: LeaseResult;
}

/** Counts, or counted until a majority said otherwise. */
export const isVote = (lease: Lease): lease is Vote =>
  lease.result !== null && (lease.result.verdict === 'accepted' || lease.result.verdict === 'disagrees');

export const votesOf = ({ leases }: Pick<Unit, 'leases'>): readonly Vote[] => leases.filter(isVote);

/** Leases that an answer is waited for; of a unit that has ended nothing is waited for. */
export const runningOf = (unit: Pick<Unit, 'leases' | 'state'>): readonly Lease[] =>
  isOpen(unit) ? unit.leases.filter(({ state }) => state === 'running') : [];

/** Replicas that may be leased now. */
export function freeReplicas(unit: Pick<Unit, 'leases' | 'state' | 'wanted'>): number {
  return isOpen(unit) ? Math.max(0, unit.wanted - votesOf(unit).length - runningOf(unit).length) : 0;
}

/** When the first of its leases runs out, epoch ms. */
export function nextExpiry(unit: Pick<Unit, 'leases' | 'state'>): number | null {
  const ends = runningOf(unit).map(({ expiresAt }) => expiresAt);
  return ends.length > 0 ? Math.min(...ends) : null;
}

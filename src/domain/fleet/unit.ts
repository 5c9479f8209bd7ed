/** Work units that remote workers pull over HTTP. */

/**
 * `genetic`: a genetic search as the Python workers run it. `evaluate`: one given genome; every honest worker reports
 * the same. `specs`: strategy specs of this project, for workers that accept them.
 */
export const UNIT_KINDS = ['genetic', 'evaluate', 'specs'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/**
 * States of a unit.
 *
 *   pending --lease--> in_progress --enough results--> completed
 *      ^                    |  |
 *      +--leases expire-----+  +--too many leases without a result, or no majority--> failed
 *
 * `cancelled` ends a unit from pending and in_progress. A completed unit reopens when a result it depends on is
 * withdrawn. Failed and cancelled are final.
 */
export const UNIT_STATES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type UnitState = (typeof UNIT_STATES)[number];

/**
 * Verdict on a result. Only `accepted` counts.
 * `disagrees`: was accepted until the majority differed. `late`: the unit had ended. `duplicate`: the worker had
 * already reported on the unit. `invalid`: a field is not a number or is out of range. `constants`: the fixed values
 * that old workers send for every strategy. `untrusted`: from an engine whose fields have other meanings.
 * `quarantined`: from a worker found to report false results. `suspended`: from a worker whose copy of the candle file is
 * not ours; counts again when the suspension ends. `imported`: from the database of the Python coordinator; it is shown,
 * and belongs to no lease.
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
  'suspended',
  'imported',
] as const;
export type ResultVerdict = (typeof RESULT_VERDICTS)[number];

/** The part of a result that its unit needs. */
export interface LeaseResult {
  readonly id: number;
  readonly verdict: ResultVerdict;
  /** Hash of the fields that must be equal between replicas of a deterministic unit. */
  readonly digest: string;
  readonly pnl: number;
  /** It may become the canonical result (canonical-result.ts). */
  readonly sound: boolean;
}

/**
 * The lease of a replica to a worker. Workers do not report failures: a failure shows only as an expired lease, or as a
 * request for other work.
 *
 *   running --result--> returned       running --time is up--> expired --late result--> returned
 *   running --worker quarantined, or suspended for the file--> revoked
 *   running --worker asks for work again--> abandoned --late result--> returned
 */
export interface Lease {
  /** 1 for the first lease of the unit. */
  readonly seq: number;
  /** From 1. A new lease reuses the number of one that ended without a result; no two results count under one number. */
  readonly replica: number;
  readonly workerId: string;
  readonly host: string;
  /** Epoch ms. */
  readonly leasedAt: number;
  /** For an abandoned lease: when it was given up. */
  readonly expiresAt: number;
  readonly state: 'running' | 'returned' | 'expired' | 'revoked' | 'abandoned';
  readonly result: LeaseResult | null;
}

/** State of a work unit. Changed only by the functions of this folder. */
export interface Unit {
  readonly id: number;
  readonly kind: UnitKind;
  /** Every honest worker reports the same result, so replicas are compared. */
  readonly deterministic: boolean;
  /** Candle file that its parameters name; missing for units that name none, or that an older version created. */
  readonly file?: string | undefined;
  /** A canary: only this worker may get it, even while it is suspended for the file. */
  readonly onlyFor?: string | undefined;
  /** Number of results requested. */
  readonly replicas: number;
  /** 0..9; higher is assigned first. */
  readonly priority: number;
  readonly state: UnitState;
  /** Why it failed or was cancelled; empty otherwise. */
  readonly reason: string;
  /** Number of results currently needed; above `replicas` while results disagree. */
  readonly wanted: number;
  /** All leases ever given, oldest first; the limits on failures bound the list. */
  readonly leases: readonly Lease[];
  /** Id of the canonical result. */
  readonly canonical: number | null;
  /** Queue position, epoch ms: creation time, or the time of the last expired or refused lease. */
  readonly turn: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** Rules of assigning units (config/agents.yaml, coordinator). */
export interface FleetRules {
  readonly leaseMs: number;
  /** A unit fails after this many leases without a result, or twice as many refused results. */
  readonly maxExpiries: number;
  /** Most results of a deterministic unit that are collected to find a majority. */
  readonly maxReplicas: number;
  /** What two replicas of a unit may not share. */
  readonly distinct: 'workers' | 'hosts';
}

export type NewUnit = Pick<
  Unit,
  'id' | 'kind' | 'deterministic' | 'replicas' | 'priority' | 'createdAt' | 'file' | 'onlyFor'
>;

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

/** A lease whose result counts, or counted until the majority differed. */
export const isVote = (lease: Lease): lease is Vote =>
  lease.result !== null && (lease.result.verdict === 'accepted' || lease.result.verdict === 'disagrees');

export const votesOf = ({ leases }: Pick<Unit, 'leases'>): readonly Vote[] => leases.filter(isVote);

/** The lease ended without a result, which may still arrive. */
export const isOverdue = ({ state, result }: Lease): boolean =>
  result === null && (state === 'expired' || state === 'abandoned');

/** Leases with a pending result; none when the unit has ended. */
export const runningOf = (unit: Pick<Unit, 'leases' | 'state'>): readonly Lease[] =>
  isOpen(unit) ? unit.leases.filter(({ state }) => state === 'running') : [];

/** Replicas that may be leased now. */
export function freeReplicas(unit: Pick<Unit, 'leases' | 'state' | 'wanted'>): number {
  return isOpen(unit) ? Math.max(0, unit.wanted - votesOf(unit).length - runningOf(unit).length) : 0;
}

/** Earliest end of a running lease, epoch ms; null when none runs. */
export function nextExpiry(unit: Pick<Unit, 'leases' | 'state'>): number | null {
  const ends = runningOf(unit).map(({ expiresAt }) => expiresAt);
  return ends.length > 0 ? Math.min(...ends) : null;
}

import { resolveUnit } from './resolve-unit.ts';
import {
  type FleetRules,
  isOpen,
  isVote,
  type Lease,
  type LeaseResult,
  type ResultVerdict,
  type Unit,
} from './unit.ts';

/** A result as received, judged by its fields: `accepted` means that no fault was found. */
export interface Arrival extends Omit<LeaseResult, 'verdict'> {
  readonly workerId: string;
  readonly verdict: Extract<ResultVerdict, 'accepted' | 'invalid' | 'constants' | 'untrusted' | 'quarantined'>;
}

export interface Receipt<U extends Unit> {
  readonly unit: U;
  /** `orphan`: the worker never had a lease on the unit. An orphan or a duplicate leaves the unit unchanged. */
  readonly verdict: ResultVerdict | 'orphan';
  /** Replica number of the result's lease; 0 for an orphan. */
  readonly replica: number;
}

/** The lease that a report belongs to: a running one, else one that expired without a result, else the worker's last. */
function leaseOf(own: readonly Lease[]): Lease | undefined {
  return (
    own.findLast(({ state }) => state === 'running') ??
    own.findLast(({ state, result }) => state === 'expired' && result === null) ??
    own.at(-1)
  );
}

/**
 * Applies a result to its unit. Each worker counts once per unit. A result after the lease expired counts while the
 * unit is open. Receiving the same result (by id) again returns the same verdict and changes nothing.
 */
export function receive<U extends Unit>(
  unit: U,
  { workerId, verdict, ...result }: Arrival,
  rules: FleetRules,
  now: number,
): Receipt<U> {
  const own = unit.leases.filter((lease) => lease.workerId === workerId);
  const known = own.find((lease) => lease.result?.id === result.id);
  if (known?.result) return { unit, verdict: known.result.verdict, replica: known.replica };
  const lease = leaseOf(own);
  if (lease === undefined) return { unit, verdict: 'orphan', replica: 0 };
  if (lease.result !== null || own.some(isVote)) return { unit, verdict: 'duplicate', replica: lease.replica };

  const given: ResultVerdict = verdict === 'accepted' && !isOpen(unit) ? 'late' : verdict;
  const returned: Lease = { ...lease, state: 'returned', result: { ...result, verdict: given } };
  const leases = unit.leases.map((other) => (other === lease ? returned : other));
  // A refused result moves the unit to the end of the queue, so that bad workers cannot block the others.
  const turn = given === 'accepted' || given === 'late' ? unit.turn : now;
  const next = resolveUnit({ ...unit, leases, turn }, rules, now);
  const final = next.leases.find(({ seq }) => seq === lease.seq)?.result?.verdict ?? given;
  return { unit: next, verdict: final, replica: lease.replica };
}

/**
 * Withdraws a quarantined worker from a unit: its results no longer count and its running leases are revoked.
 * Idempotent.
 */
export function withdraw<U extends Unit>(unit: U, workerId: string, rules: FleetRules, now: number): U {
  const leases = unit.leases.map((lease): Lease => {
    if (lease.workerId !== workerId) return lease;
    if (isVote(lease)) return { ...lease, result: { ...lease.result, verdict: 'quarantined' } };
    return lease.state === 'running' ? { ...lease, state: 'revoked' } : lease;
  });
  return leases.every((lease, i) => lease === unit.leases[i]) ? unit : resolveUnit({ ...unit, leases }, rules, now);
}

/** Cancels an open unit; returns an ended unit unchanged. */
export function cancel<U extends Unit>(unit: U, reason: string, now: number): U {
  return isOpen(unit) ? { ...unit, state: 'cancelled', reason, endedAt: now } : unit;
}

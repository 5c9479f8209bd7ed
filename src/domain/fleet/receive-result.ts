import { freeReplicaNumber } from './lease-unit.ts';
import { resolveUnit } from './resolve-unit.ts';
import {
  type FleetRules,
  isOpen,
  isOverdue,
  isVote,
  type Lease,
  type LeaseResult,
  type ResultVerdict,
  type Unit,
  votesOf,
} from './unit.ts';

/** A result as received, judged by its fields: `accepted` means that no fault was found. */
export interface Arrival extends Omit<LeaseResult, 'verdict'> {
  readonly workerId: string;
  readonly verdict: Extract<
    ResultVerdict,
    'accepted' | 'invalid' | 'constants' | 'untrusted' | 'quarantined' | 'suspended'
  >;
}

export interface Receipt<U extends Unit> {
  readonly unit: U;
  /** `orphan`: the worker never had a lease on the unit. An orphan or a duplicate leaves the unit unchanged. */
  readonly verdict: ResultVerdict | 'orphan';
  /** Replica number of the result's lease; 0 for an orphan. */
  readonly replica: number;
}

/** The lease that a report belongs to: a running one, else an overdue one, else the worker's last. */
function leaseOf(own: readonly Lease[]): Lease | undefined {
  return own.findLast(({ state }) => state === 'running') ?? own.findLast(isOverdue) ?? own.at(-1);
}

/**
 * Applies a result to its unit. Each worker counts once per unit. A result after the lease ended counts while the
 * unit is open, under another replica number if a newer lease has delivered its own. Receiving the same result (by id) again returns the same verdict and changes nothing.
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
  const votes = votesOf(unit);
  const isTaken = votes.some((vote) => vote.replica === lease.replica);
  const replica = isTaken ? freeReplicaNumber(votes) : lease.replica;
  const returned: Lease = { ...lease, replica, state: 'returned', result: { ...result, verdict: given } };
  const leases = unit.leases.map((other) => (other === lease ? returned : other));
  // A refused result moves the unit to the end of the queue, so that bad workers cannot block the others.
  const turn = given === 'accepted' || given === 'late' ? unit.turn : now;
  const next = resolveUnit({ ...unit, leases, turn }, rules, now);
  const final = next.leases.find(({ seq }) => seq === lease.seq)?.result?.verdict ?? given;
  return { unit: next, verdict: final, replica };
}

/**
 * Withdraws a quarantined or suspended worker from a unit: its results no longer count and its running leases are
 * revoked. A canary stays, because it is for a suspended worker. Idempotent.
 */
export function withdraw<U extends Unit>(
  unit: U,
  workerId: string,
  verdict: 'quarantined' | 'suspended',
  rules: FleetRules,
  now: number,
): U {
  if (verdict === 'suspended' && unit.onlyFor !== undefined) return unit;
  return changeOwn(unit, workerId, rules, now, (lease) => {
    const { result } = lease;
    if (isVote(lease) || (result?.verdict === 'suspended' && verdict === 'quarantined')) {
      return { ...lease, result: result && { ...result, verdict } };
    }
    return lease.state === 'running' ? { ...lease, state: 'revoked' } : lease;
  });
}

/** Counts the results of a worker again whose suspension has ended. Idempotent. */
export function restore<U extends Unit>(unit: U, workerId: string, rules: FleetRules, now: number): U {
  return changeOwn(unit, workerId, rules, now, (lease) => {
    const { result } = lease;
    return result?.verdict === 'suspended' ? { ...lease, result: { ...result, verdict: 'accepted' } } : lease;
  });
}

/** A result that cannot be verified stays, but cannot become canonical. Idempotent. */
export function disbelieve<U extends Unit>(unit: U, resultId: number, rules: FleetRules, now: number): U {
  const isAffected = ({ result }: Lease): boolean => result?.id === resultId && result.sound;
  if (!unit.leases.some(isAffected)) return unit;
  const leases = unit.leases.map((lease) =>
    isAffected(lease) ? { ...lease, result: lease.result && { ...lease.result, sound: false } } : lease,
  );
  return resolveUnit({ ...unit, leases }, rules, now);
}

/** Changes the leases of one worker. Returns the same object when none changes. */
function changeOwn<U extends Unit>(
  unit: U,
  workerId: string,
  rules: FleetRules,
  now: number,
  change: (lease: Lease) => Lease,
): U {
  const leases = unit.leases.map((lease) => (lease.workerId === workerId ? change(lease) : lease));
  return leases.every((lease, i) => lease === unit.leases[i]) ? unit : resolveUnit({ ...unit, leases }, rules, now);
}

/** Cancels an open unit; returns an ended unit unchanged. */
export function cancel<U extends Unit>(unit: U, reason: string, now: number): U {
  return isOpen(unit) ? { ...unit, state: 'cancelled', reason, endedAt: now } : unit;
}

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

/** A result as it arrives: `accepted` stands for "nothing is wrong with it". */
export interface Arrival extends Omit<LeaseResult, 'verdict'> {
  readonly workerId: string;
  readonly verdict: Extract<ResultVerdict, 'accepted' | 'invalid' | 'constants' | 'untrusted' | 'quarantined'>;
}

export interface Receipt<U extends Unit> {
  readonly unit: U;
  /** `orphan`: the worker never had the unit. Nothing has changed then, nor for a duplicate. */
  readonly verdict: ResultVerdict | 'orphan';
  /** Of the lease the result belongs to. */
  readonly replica: number;
}

/** The lease a report is about: one that runs, else one that ran out, else whatever the worker had last. */
function leaseOf(own: readonly Lease[]): Lease | undefined {
  return (
    own.findLast(({ state }) => state === 'running') ??
    own.findLast(({ state, result }) => state === 'expired' && result === null) ??
    own.at(-1)
  );
}

/**
 * What a result means for its unit. A worker counts once for a unit, however often it reports. One whose lease has run
 * out counts as long as the unit is open. The same result again (by its id) gives the same answer and changes nothing.
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
  // A refused result costs the unit its place: whoever sends them must not hold up the rest.
  const turn = given === 'accepted' || given === 'late' ? unit.turn : now;
  const next = resolveUnit({ ...unit, leases, turn }, rules, now);
  const final = next.leases.find(({ seq }) => seq === lease.seq)?.result?.verdict ?? given;
  return { unit: next, verdict: final, replica: lease.replica };
}

/**
 * Takes back everything a quarantined worker has to do with a unit: its results no longer count and what it holds is
 * given to others. Doing it again changes nothing.
 */
export function withdraw<U extends Unit>(unit: U, workerId: string, rules: FleetRules, now: number): U {
  const leases = unit.leases.map((lease): Lease => {
    if (lease.workerId !== workerId) return lease;
    if (isVote(lease)) return { ...lease, result: { ...lease.result, verdict: 'quarantined' } };
    return lease.state === 'running' ? { ...lease, state: 'revoked' } : lease;
  });
  return leases.every((lease, i) => lease === unit.leases[i]) ? unit : resolveUnit({ ...unit, leases }, rules, now);
}

/** Ends an open unit; one that has ended stays what it is. */
export function cancel<U extends Unit>(unit: U, reason: string, now: number): U {
  return isOpen(unit) ? { ...unit, state: 'cancelled', reason, endedAt: now } : unit;
}

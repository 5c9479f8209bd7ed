import { resolveUnit } from './resolve-unit.ts';
import { type FleetRules, freeReplicas, isVote, type Lease, type Unit, type UnitKind } from './unit.ts';

/** Who asks for work, and what it can do. */
export interface Asker {
  readonly workerId: string;
  readonly host: string;
  readonly kinds: ReadonlySet<UnitKind>;
}

/** `no`: never as things stand. `rather-not`: its own lease on the unit ran out; only when there is nothing else. */
export type Fit = 'yes' | 'rather-not' | 'no';

/**
 * Whether a worker may have a replica. Never two of one unit: not one it holds or has reported on, not one whose result
 * was refused, since it would report the same again. With distinct hosts the same goes for its machine.
 */
export function fitOf(unit: Unit, { workerId, host, kinds }: Asker, { distinct }: FleetRules): Fit {
  if (freeReplicas(unit) === 0 || !kinds.has(unit.kind)) return 'no';
  const takesPart = (lease: Lease): boolean => lease.state === 'running' || isVote(lease);
  if (distinct === 'hosts' && unit.leases.some((lease) => lease.host === host && takesPart(lease))) return 'no';
  const own = unit.leases.filter((lease) => lease.workerId === workerId);
  if (own.some(({ state, result }) => state !== 'expired' || result !== null)) return 'no';
  return own.length > 0 ? 'rather-not' : 'yes';
}

/** The unit with a lease more, the last one. Only when the worker fits. */
export function leaseTo<U extends Unit>(unit: U, { workerId, host }: Asker, rules: FleetRules, now: number): U {
  const taken = new Set(
    unit.leases.filter((lease) => lease.state === 'running' || isVote(lease)).map(({ replica }) => replica),
  );
  let replica = 1;
  while (taken.has(replica)) replica += 1;
  const lease: Lease = {
    seq: unit.leases.length + 1,
    replica,
    workerId,
    host,
    leasedAt: now,
    expiresAt: now + rules.leaseMs,
    state: 'running',
    result: null,
  };
  return resolveUnit({ ...unit, leases: [...unit.leases, lease] }, rules, now);
}

/**
 * Of these, in any order, the first in line that the worker may have; before one that its own lease ran out on comes any
 * other.
 */
export function chooseUnit<U extends Unit>(units: Iterable<U>, asker: Asker, rules: FleetRules): U | null {
  let first: U | null = null;
  let spare: U | null = null;
  for (const unit of units) {
    // Most are behind the one that was found already: looking at their leases would be for nothing.
    if (first !== null && byTurn(unit, first) > 0) continue;
    const fit = fitOf(unit, asker, rules);
    if (fit === 'yes') first = unit;
    else if (fit === 'rather-not' && (spare === null || byTurn(unit, spare) < 0)) spare = unit;
  }
  return first ?? spare;
}

/** The line: the higher priority first, then who waits longest. */
export function byTurn(a: Unit, b: Unit): number {
  return b.priority - a.priority || a.turn - b.turn || a.id - b.id;
}

/**
 * Ends the leases whose time is up. The unit goes to the back of the line: one that keeps running out must not starve the
 * rest. The unit itself when there is nothing to end.
 */
export function expireLeases<U extends Unit>(unit: U, rules: FleetRules, now: number): U {
  const isOver = (lease: Lease): boolean => lease.state === 'running' && lease.expiresAt <= now;
  if (!unit.leases.some(isOver)) return unit;
  const leases = unit.leases.map((lease) => (isOver(lease) ? { ...lease, state: 'expired' as const } : lease));
  return resolveUnit({ ...unit, leases, turn: now }, rules, now);
}

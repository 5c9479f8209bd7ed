import { resolveUnit } from './resolve-unit.ts';
import { type FleetRules, freeReplicas, isOverdue, isVote, type Lease, type Unit, type UnitKind } from './unit.ts';

/** The worker that requests a unit. */
export interface Asker {
  readonly workerId: string;
  readonly host: string;
  readonly kinds: ReadonlySet<UnitKind>;
  /** Files for which it is suspended. */
  readonly suspendedFor: ReadonlySet<string>;
  /** Epoch ms. */
  readonly askedAt: number;
}

/** A worker that gave a unit back waits so long for it: the other workers, which may have its file, ask in between. */
const RETRY_MS = 120_000;

/** `no`: not eligible. `last-resort`: eligible, but its own lease on the unit is overdue, so any other unit comes first. */
export type Fit = 'yes' | 'last-resort' | 'no';

/**
 * Whether a worker may lease a replica of a unit. A worker never gets a unit that it holds, has reported on, or had a
 * result refused for (it would report the same again). With distinct hosts the first two conditions apply to its whole
 * machine.
 */
export function fitOf(unit: Unit, asker: Asker, { distinct }: FleetRules): Fit {
  const { workerId, host, kinds, suspendedFor, askedAt } = asker;
  if (freeReplicas(unit) === 0 || !kinds.has(unit.kind)) return 'no';
  const { file, onlyFor } = unit;
  if (onlyFor !== undefined ? onlyFor !== workerId : file !== undefined && suspendedFor.has(file)) return 'no';
  const takesPart = (lease: Lease): boolean => lease.state === 'running' || isVote(lease);
  if (distinct === 'hosts' && unit.leases.some((lease) => lease.host === host && takesPart(lease))) return 'no';
  const own = unit.leases.filter((lease) => lease.workerId === workerId);
  if (!own.every(isOverdue)) return 'no';
  if (own.some(({ state, expiresAt }) => state === 'abandoned' && askedAt - expiresAt < RETRY_MS)) return 'no';
  return own.length > 0 ? 'last-resort' : 'yes';
}

/** Adds a lease for the worker; the new lease is the last one. Call only when `fitOf` is not `no`. */
export function leaseTo<U extends Unit>(unit: U, { workerId, host }: Asker, rules: FleetRules, now: number): U {
  const lease: Lease = {
    seq: unit.leases.length + 1,
    replica: freeReplicaNumber(unit.leases),
    workerId,
    host,
    leasedAt: now,
    expiresAt: now + rules.leaseMs,
    state: 'running',
    result: null,
  };
  return resolveUnit({ ...unit, leases: [...unit.leases, lease] }, rules, now);
}

/** The lowest replica number without a running lease or a result that counts. */
export function freeReplicaNumber(leases: readonly Lease[]): number {
  const taken = new Set(
    leases.filter((lease) => lease.state === 'running' || isVote(lease)).map(({ replica }) => replica),
  );
  let replica = 1;
  while (taken.has(replica)) replica += 1;
  return replica;
}

/**
 * The eligible unit that comes first by `byTurn`; a `last-resort` unit only when there is no other. `units` may be in
 * any order.
 */
export function chooseUnit<U extends Unit>(units: Iterable<U>, asker: Asker, rules: FleetRules): U | null {
  let first: U | null = null;
  let lastResort: U | null = null;
  for (const unit of units) {
    // Skip units behind the current choice before the more expensive check of their leases.
    if (first !== null && byTurn(unit, first) > 0) continue;
    const fit = fitOf(unit, asker, rules);
    if (fit === 'yes') first = unit;
    else if (fit === 'last-resort' && (lastResort === null || byTurn(unit, lastResort) < 0)) lastResort = unit;
  }
  return first ?? lastResort;
}

/** Queue order: higher priority first, then longest waiting. */
export function byTurn(a: Unit, b: Unit): number {
  return b.priority - a.priority || a.turn - b.turn || a.id - b.id;
}

/**
 * Expires leases that are past their end. The unit moves to the end of the queue, so that a unit whose leases keep
 * expiring cannot starve the others. Returns the same object when no lease expires.
 */
export function expireLeases<U extends Unit>(unit: U, rules: FleetRules, now: number): U {
  return endLeases(unit, ({ expiresAt }) => expiresAt <= now, 'expired', rules, now);
}

/** Ends the running lease of a worker that asks for other work: workers do one unit at a time. As `expireLeases`. */
export function abandonLease<U extends Unit>(unit: U, workerId: string, rules: FleetRules, now: number): U {
  return endLeases(unit, (lease) => lease.workerId === workerId, 'abandoned', rules, now);
}

function endLeases<U extends Unit>(
  unit: U,
  isOver: (lease: Lease) => boolean,
  state: Lease['state'],
  rules: FleetRules,
  now: number,
): U {
  const ends = (lease: Lease): boolean => lease.state === 'running' && isOver(lease);
  if (!unit.leases.some(ends)) return unit;
  const leases = unit.leases.map((lease) =>
    ends(lease) ? { ...lease, state, expiresAt: Math.min(lease.expiresAt, now) } : lease,
  );
  return resolveUnit({ ...unit, leases, turn: now }, rules, now);
}

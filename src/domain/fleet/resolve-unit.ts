import { canonicalResult } from './canonical-result.ts';
import { type FleetRules, freeReplicas, isOverdue, isVote, type Lease, type Unit, type Vote, votesOf } from './unit.ts';

/** Allowed refused results per allowed expiry: a fleet of old workers must not use up a unit at once. */
const REFUSALS_PER_EXPIRY = 2;

type Outcome =
  | { readonly kind: 'done'; readonly agreed: ReadonlySet<string> }
  | { readonly kind: 'open'; readonly wanted: number }
  | { readonly kind: 'split'; readonly answers: number };

/** Counts votes per digest, most frequent first; on a tie the earlier digest comes first. */
function countByDigest(votes: readonly Vote[]): readonly (readonly [digest: string, size: number])[] {
  const sizes = new Map<string, number>();
  for (const { result } of votes) sizes.set(result.digest, (sizes.get(result.digest) ?? 0) + 1);
  return [...sizes].sort(([, a], [, b]) => b - a);
}

/**
 * A non-deterministic unit is done when it has enough results. A deterministic unit is done when enough results agree
 * and form a majority. Until then each disagreement requests one more result, as long as a majority is still possible.
 */
function outcomeOf({ deterministic, replicas }: Unit, votes: readonly Vote[], { maxReplicas }: FleetRules): Outcome {
  if (!deterministic) {
    if (votes.length < replicas) return { kind: 'open', wanted: replicas };
    return { kind: 'done', agreed: new Set(votes.map(({ result }) => result.digest)) };
  }
  const groups = countByDigest(votes);
  const [leader, size = 0] = groups[0] ?? [];
  if (leader !== undefined && size >= replicas && 2 * size > votes.length) {
    return { kind: 'done', agreed: new Set([leader]) };
  }
  const most = Math.max(maxReplicas, replicas);
  const best = size + most - votes.length;
  if (best < replicas || 2 * best <= most) return { kind: 'split', answers: groups.length };
  return { kind: 'open', wanted: Math.max(replicas, groups.length > 1 ? votes.length + 1 : 0) };
}

/** `host_Linux_W1 (2), other_Linux_W1 (1)` */
export function workersOf(leases: readonly Lease[]): string {
  const counts = new Map<string, number>();
  for (const { workerId } of leases) counts.set(workerId, (counts.get(workerId) ?? 0) + 1);
  return [...counts].map(([workerId, count]) => `${workerId} (${count})`).join(', ');
}

/**
 * Reason to give up on the unit, or null. The first time that a worker gives it back is no failure: many workers may lack
 * the file that one has.
 */
function exhaustion({ leases, file }: Unit, { maxExpiries }: FleetRules): string | null {
  const overdue = leases.filter(isOverdue);
  const firstTries = new Set(overdue.filter(({ state }) => state === 'abandoned').map(({ workerId }) => workerId));
  if (overdue.length - firstTries.size >= maxExpiries) {
    const data = file === undefined ? '' : `; its candle file is ${file}`;
    return `${overdue.length} leases ran out without a result: ${workersOf(overdue)}${data}`;
  }
  const refused = leases.filter((lease) => lease.result !== null && !isVote(lease));
  if (refused.length < REFUSALS_PER_EXPIRY * maxExpiries) return null;
  const verdicts = [...new Set(refused.map(({ result }) => result?.verdict))].join(', ');
  return `${refused.length} results were refused (${verdicts}): ${workersOf(refused)}`;
}

function withVerdicts(leases: readonly Lease[], agreed: ReadonlySet<string> | null): readonly Lease[] {
  return leases.map((lease) => {
    if (!isVote(lease)) return lease;
    const verdict = agreed === null || agreed.has(lease.result.digest) ? 'accepted' : 'disagrees';
    return verdict === lease.result.verdict ? lease : { ...lease, result: { ...lease.result, verdict } };
  });
}

/**
 * Recomputes the state of a unit after its leases changed: completed, failed with a reason, or open with the number of
 * results it still needs. Failed and cancelled units are returned unchanged.
 */
export function resolveUnit<U extends Unit>(unit: U, rules: FleetRules, now: number): U {
  if (unit.state === 'failed' || unit.state === 'cancelled') return unit;
  const votes = votesOf(unit);
  const outcome = outcomeOf(unit, votes, rules);
  const fail = (reason: string): U => ({ ...unit, state: 'failed', reason, canonical: null, endedAt: now });
  if (outcome.kind === 'split') {
    return fail(`${votes.length} replicas of a deterministic unit gave ${outcome.answers} answers: no majority`);
  }
  if (outcome.kind === 'done') {
    const leases = withVerdicts(unit.leases, outcome.agreed);
    const canonical = canonicalResult(votesOf({ leases }).filter(({ result }) => result.verdict === 'accepted'));
    const endedAt = unit.state === 'completed' ? unit.endedAt : now;
    return { ...unit, state: 'completed', leases, wanted: votes.length, canonical, endedAt };
  }
  const leases = withVerdicts(unit.leases, null);
  const isUnderWay = votes.length > 0 || leases.some(({ state }) => state === 'running');
  const state = isUnderWay ? 'in_progress' : 'pending';
  const open: U = { ...unit, state, leases, wanted: outcome.wanted, canonical: null, endedAt: null };
  // Leases that still run may complete the unit, so fail only when a new lease would be needed.
  const exhausted = freeReplicas(open) > 0 ? exhaustion(open, rules) : null;
  return exhausted === null ? open : fail(exhausted);
}

/**
 * Workers whose reports on a deterministic unit contradict each other: `suspects` are the outvoted ones, or all of them
 * while there is no majority. `cleared` are those that the majority confirms.
 */
export function disputeOf(unit: Unit): { readonly suspects: readonly string[]; readonly cleared: readonly string[] } {
  const votes = votesOf(unit);
  const workers = (of: readonly Vote[]): readonly string[] => [...new Set(of.map(({ workerId }) => workerId))];
  if (!unit.deterministic) return { suspects: [], cleared: [] };
  if (new Set(votes.map(({ result }) => result.digest)).size < 2) return { suspects: [], cleared: workers(votes) };
  if (unit.state !== 'completed') return { suspects: workers(votes), cleared: [] };
  return {
    suspects: workers(votes.filter(({ result }) => result.verdict === 'disagrees')),
    cleared: workers(votes.filter(({ result }) => result.verdict === 'accepted')),
  };
}

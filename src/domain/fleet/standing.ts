import { disputeOf } from './resolve-unit.ts';
import { type ResultVerdict, type Unit } from './unit.ts';

/** Verdict and replica that a unit records for one of its results. */
export interface Standing {
  readonly verdict: ResultVerdict;
  readonly replica: number;
}

/** Standings by result id. */
export function standingsOf({ leases }: Pick<Unit, 'leases'>): ReadonlyMap<number, Standing> {
  return new Map(
    leases.flatMap(({ result, replica }) =>
      result === null ? [] : [[result.id, { verdict: result.verdict, replica }]],
    ),
  );
}

export const isSameStanding = (a: Standing, b: Standing): boolean => a.verdict === b.verdict && a.replica === b.replica;

/**
 * Whether a unit change makes stored rows stale: results whose verdict or replica changed, or workers that became
 * suspects or were cleared. New results do not count; the caller writes their rows.
 */
export function leavesStaleRows(before: Unit, after: Unit): boolean {
  const now = standingsOf(after);
  const changed = [...standingsOf(before)].some(([id, standing]) => {
    const next = now.get(id);
    return next === undefined || !isSameStanding(standing, next);
  });
  if (changed) return true;
  const [suspectedBefore, suspectedAfter] = [disputeOf(before).suspects, disputeOf(after).suspects];
  return (
    suspectedBefore.length !== suspectedAfter.length ||
    suspectedAfter.some((worker) => !suspectedBefore.includes(worker))
  );
}

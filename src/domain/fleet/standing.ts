import { disputeOf } from './resolve-unit.ts';
import { type ResultVerdict, type Unit } from './unit.ts';

/** What a unit says of one of its results. */
export interface Standing {
  readonly verdict: ResultVerdict;
  readonly replica: number;
}

/** By result id. */
export function standingsOf({ leases }: Pick<Unit, 'leases'>): ReadonlyMap<number, Standing> {
  return new Map(
    leases.flatMap(({ result, replica }) =>
      result === null ? [] : [[result.id, { verdict: result.verdict, replica }]],
    ),
  );
}

export const isSameStanding = (a: Standing, b: Standing): boolean => a.verdict === b.verdict && a.replica === b.replica;

/**
 * Whether a change of a unit leaves rows elsewhere behind: results it had before that stand otherwise now, or workers
 * that came under suspicion or were cleared of it. The row of a result that is new is written by whoever brings it.
 */
export function leavesBehind(before: Unit, after: Unit): boolean {
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

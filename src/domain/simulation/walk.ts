import { WALK_START, type WalkState } from './path.ts';

/**
 * Days of a walk, each of which depends on the end of the one before: the first visit walks there, later ones begin where
 * the day began.
 *
 * @param generate day `index`, begun in the state `start`. @param most days kept, those that were made last.
 */
export function createWalk<Day extends { readonly end: WalkState }>(
  generate: (index: number, start: WalkState) => Day,
  most: number,
): (index: number) => Day {
  const starts: WalkState[] = [WALK_START];
  const kept = new Map<number, Day>();

  const make = (index: number): Day => {
    const day = generate(index, starts[index]!);
    starts[index + 1] = day.end;
    kept.set(index, day);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return day;
  };

  return (index) => {
    const known = kept.get(index);
    if (known) return known;
    while (starts.length <= index) make(starts.length - 1);
    return make(index);
  };
}

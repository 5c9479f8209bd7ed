import { WALK_START, type WalkState } from './path.ts';

/**
 * Random access to the days of a walk, each of which depends on the end state of the day before. The first access
 * generates all days up to `index`; later ones start from the stored start state.
 *
 * @param generate generates day `index` from the state `start`.
 * @param most number of days cached; the oldest is dropped first.
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

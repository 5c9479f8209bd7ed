import { type TrialStage } from '../src/domain/research/trial.ts';
import { type Cycle, type WorkUnit } from '../src/ports/records.ts';

/** Batches of at most `size` trials. Ids are functions of cycle, stage, market and position, so that cutting again makes the same units. */
export function cutIntoUnits(
  cycle: Pick<Cycle, 'id' | 'timeframe' | 'asOf'>,
  stage: TrialStage,
  symbol: string,
  label: string,
  items: WorkUnit['items'],
  size: number,
): readonly WorkUnit[] {
  const units: WorkUnit[] = [];
  for (let from = 0; from < items.length; from += size) {
    units.push({
      id: [cycle.id, stage, symbol, ...(label === '' ? [] : [label]), `u${from / size}`].join('.'),
      cycleId: cycle.id,
      stage,
      symbol,
      timeframe: cycle.timeframe,
      asOf: cycle.asOf,
      items: items.slice(from, from + size),
      state: 'open',
    });
  }
  return units;
}

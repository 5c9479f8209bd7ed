import { type Window } from '../backtest/result.ts';
import { type SeriesIdentity } from '../market/dataset.ts';
import { type Timeframe } from '../market/timeframe.ts';
import { type Cycle } from './cycle.ts';
import { type TrialStage } from './trial.ts';

/**
 * A batch of trials for one worker: hashes of stored specs, the windows to run them on, and the data that the windows
 * were cut from (units of older versions name none).
 */
export interface WorkUnit extends Partial<SeriesIdentity> {
  readonly id: string;
  readonly cycleId: string;
  readonly stage: TrialStage;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Market time, epoch ms. */
  readonly asOf: number;
  readonly items: readonly { readonly hash: string; readonly window: Window }[];
  readonly state: 'open' | 'done';
  readonly node?: string;
  readonly ms?: number;
  readonly trials?: number;
  readonly finishedAt?: number;
}

/**
 * Splits trials into units of at most `size`. Ids depend only on cycle, stage, market, label and position, so that a
 * repeated split gives the same units.
 */
export function cutIntoUnits(
  cycle: Pick<Cycle, 'id' | 'timeframe' | 'asOf'>,
  stage: TrialStage,
  market: { readonly symbol: string } & Partial<SeriesIdentity>,
  label: string,
  items: WorkUnit['items'],
  size: number,
): readonly WorkUnit[] {
  const { symbol } = market;
  const units: WorkUnit[] = [];
  for (let from = 0; from < items.length; from += size) {
    units.push({
      id: [cycle.id, stage, symbol, ...(label === '' ? [] : [label]), `u${from / size}`].join('.'),
      cycleId: cycle.id,
      stage,
      ...market,
      timeframe: cycle.timeframe,
      asOf: cycle.asOf,
      items: items.slice(from, from + size),
      state: 'open',
    });
  }
  return units;
}

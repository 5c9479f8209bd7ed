import { type FillModel } from '../../backtest/result.ts';
import { type Candle } from '../../market/candle.ts';
import { type Draft, openInDraft } from './draft.ts';
import { compareOrders, type LiveOrder } from './venue-order.ts';

/** One closed candle of a market. */
export interface VenueBar {
  readonly candle: Candle;
  /** The exchange published no candle: the bar is flat and nothing fills on it. */
  readonly filled: boolean;
  readonly barMs: number;
  /** Exits at the end of a holding time do not fill. @default false */
  readonly timeExitsWait?: boolean;
}

export interface VenueTerms extends Omit<FillModel, 'initialCash'> {
  /**
   * Fraction of a bar's volume that all fills in it may take together (docs/simulation-rules.md rule 24). Without it an
   * order fills at any size.
   */
  readonly participation?: number;
}

/** A candle while it is processed. */
export interface BarStep extends VenueBar {
  readonly draft: Draft;
  readonly terms: VenueTerms;
  /**
   * Time of fills inside the bar: its last millisecond, the earliest at which an observer of bars can know of them. It
   * also orders an entry at the open before a stop in the same bar.
   */
  readonly insideTime: number;
  /** Base units that may still be filled in this bar. */
  volumeLeft: number;
  /** Ids of entries that the volume of this bar did not fill, or not whole. */
  readonly starved: Set<string>;
}

/** Live orders of the market that arrived in time and pass `accept`, in processing order. */
export function eligible<O extends LiveOrder>(
  { draft, terms, candle }: BarStep,
  accept: (order: LiveOrder) => order is O,
): readonly O[];
export function eligible(step: BarStep, accept: (order: LiveOrder) => boolean): readonly LiveOrder[];
export function eligible(
  { draft, terms, candle }: BarStep,
  accept: (order: LiveOrder) => boolean,
): readonly LiveOrder[] {
  const { symbol } = terms.market;
  return openInDraft(draft)
    .filter((order) => order.symbol === symbol && order.readyAt <= candle.time && accept(order))
    .toSorted(compareOrders);
}

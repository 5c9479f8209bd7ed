import { type Market } from '../market/market.ts';
import { type PositionSide } from '../market/side.ts';

/** What a simulation needs besides spec and series (docs/simulation-rules.md rules 2, 3, 8 and 9). */
export interface FillModel {
  /** Tick, step and minimum sizes, and the fee rates. */
  readonly market: Market;
  /** Fraction of price by which every market fill is worse than the quoted price. */
  readonly slippageRate: number;
  /** Whether a target gapped in our favour fills at the open instead of at its limit. */
  readonly priceImprovement: boolean;
  /** Cash at the start, quote currency. */
  readonly initialCash: number;
}

/** The cost side of a fill model; the market brings the rest. */
export type FillSettings = Omit<FillModel, 'market'>;

export function fillModelOf(market: Market, fill: FillSettings): FillModel {
  return { ...fill, market };
}

/** Bars [from, to) of a series in which a spec may trade; indicators see all bars before. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export const EXIT_REASONS = ['stop', 'target', 'trailing-stop', 'signal', 'max-hold', 'end-of-data'] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

export interface Trade {
  readonly side: PositionSide;
  /** Open time of the bar in which the entry filled, epoch ms. */
  readonly entryTime: number;
  readonly entryPrice: number;
  /** Open time of the bar in which the exit filled, epoch ms; the same bar's as the entry's when both filled in one. */
  readonly exitTime: number;
  readonly exitPrice: number;
  /** Base units, always positive. */
  readonly quantity: number;
  /** Entry and exit fees, quote currency. */
  readonly fees: number;
  /** Quote currency, after fees. */
  readonly pnl: number;
  readonly reason: ExitReason;
  /** Stop and target were both touched in the exit bar; the stop was taken (rule 4). */
  readonly ambiguous: boolean;
}

/**
 * Why an entry signal became no trade. `below-minimum`: amount or notional under the market's minimum.
 * `insufficient-funds`: the wallet has not got it. `filled-bar`: the bar of the signal was filled in, the exchange printed no
 * candle. `last-bar`: no real bar was left to fill in.
 */
export const REJECTED_SIGNAL_REASONS = ['below-minimum', 'insufficient-funds', 'filled-bar', 'last-bar'] as const;
export type RejectedSignalReason = (typeof REJECTED_SIGNAL_REASONS)[number];

export interface Simulation {
  readonly trades: readonly Trade[];
  /** Marked to market at each close of the window (rule 12), quote currency; length `to - from`. */
  readonly equity: Float64Array;
  /** Bars of the window in which a position was open at the close. */
  readonly exposedBars: number;
  readonly rejectedSignals: Readonly<Record<RejectedSignalReason, number>>;
  /** Final equity had every ambiguous trade exited at its target instead of its stop: the best case of rule 4. */
  readonly bestCaseEquity: number;
}

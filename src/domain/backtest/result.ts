import { type Market } from '../market/market.ts';
import { type PositionSide } from '../market/side.ts';

/** Fill settings of a simulation (docs/simulation-rules.md rules 2, 3, 8 and 9). */
export interface FillModel {
  /** Tick, step and minimum sizes, and the fee rates. */
  readonly market: Market;
  /** Fraction of price by which a market fill is worse than the quoted price. 0 switches `stopRangeShare` off too. */
  readonly slippageRate: number;
  /** Least slippage of a stop hit inside a bar, as a fraction of the bar's range. */
  readonly stopRangeShare: number;
  /** Whether a target fills at the open instead of its limit after a gap in our favour. */
  readonly priceImprovement: boolean;
  /** Cash at the start, quote currency. */
  readonly initialCash: number;
}

/** A fill model without its market. */
export type FillSettings = Omit<FillModel, 'market'>;

export function fillModelOf(market: Market, fill: FillSettings): FillModel {
  return { ...fill, market };
}

/** Bars [from, to) of a series in which a spec may trade; indicators also use all earlier bars. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export const EXIT_REASONS = [
  'stop',
  'target',
  'trailing-stop',
  'signal',
  'max-hold',
  'end-of-data',
  'liquidation',
] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

export interface Trade {
  readonly side: PositionSide;
  /** Open time of the bar in which the entry filled, epoch ms. */
  readonly entryTime: number;
  readonly entryPrice: number;
  /** Open time of the bar in which the exit filled, epoch ms; equal to `entryTime` when both filled in one bar. */
  readonly exitTime: number;
  readonly exitPrice: number;
  /** Base units, always positive. */
  readonly quantity: number;
  /** Entry and exit fees, quote currency. */
  readonly fees: number;
  /** Quote currency, after fees. */
  readonly pnl: number;
  readonly reason: ExitReason;
  /** Stop and target were both touched in the exit bar; the stop was assumed (rule 4). */
  readonly ambiguous: boolean;
}

/**
 * Why an entry signal led to no trade. `below-minimum`: amount or notional below the market's minimum.
 * `insufficient-funds`: not enough cash. `filled-bar`: the signal's bar was filled flat because the exchange published
 * no candle. `last-bar`: no real bar was left for the fill. `stop-too-near`: the stop is nearer than one tick plus the
 * slippage, or an ATR is 0. `target-too-near`: the target is nearer than one tick.
 */
export const REJECTED_SIGNAL_REASONS = [
  'below-minimum',
  'insufficient-funds',
  'filled-bar',
  'last-bar',
  'stop-too-near',
  'target-too-near',
] as const;
export type RejectedSignalReason = (typeof REJECTED_SIGNAL_REASONS)[number];

export interface Simulation {
  readonly trades: readonly Trade[];
  /** Equity marked to market at each close of the window (rule 12), quote currency; length `to - from`. */
  readonly equity: Float64Array;
  /** Bars of the window in which a position was open at the close. */
  readonly exposedBars: number;
  readonly rejectedSignals: Readonly<Record<RejectedSignalReason, number>>;
  /** Final equity if every ambiguous trade had exited at its target instead of its stop: the best case of rule 4. */
  readonly bestCaseEquity: number;
}

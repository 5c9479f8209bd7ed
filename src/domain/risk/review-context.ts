import { type Market } from '../market/market.ts';
import { type ClosedTrade } from '../portfolio/closed-trades.ts';
import { type RiskState } from './risk-state.ts';

/** A position or pending entry that uses money of the account. */
export interface Commitment {
  readonly strategyHash: string;
  readonly symbol: string;
  /** Base asset; the limit per asset adds up all its markets. */
  readonly asset: string;
  /** Base units, signed for positions; negative is short. */
  readonly amount: number;
  /** Notional at the last price, quote currency; consumers ignore its sign. */
  readonly value: number;
  /** Loss if it were closed at its stop, quote currency. */
  readonly stopRisk: number;
}

/** Inputs of a verdict besides the intent and the limits. Quote currency; market times in epoch ms. */
export interface ReviewContext {
  readonly state: RiskState;
  readonly equity: number;
  readonly cash: number;
  readonly positions: readonly Commitment[];
  /** Entries approved or open but not filled, including those approved earlier in the same review. */
  readonly pendingEntries: readonly Commitment[];
  readonly market: Market;
  /** Worst price at which a market order may fill now. */
  readonly price: number;
  /** Last price of the market. */
  readonly lastPrice: number;
  /** Open time of the market's last closed candle. */
  readonly lastCandleTime: number;
  readonly timeframeMs: number;
  /** Currency in which the account is kept. */
  readonly currency: string;
  readonly ordersLastHour: number;
  /** Entry orders of the account since midnight UTC. */
  readonly ordersToday: number;
  /** Closed trades of the intent's strategy, and of its market, in order of time. */
  readonly strategyTrades: readonly ClosedTrade[];
  readonly marketTrades: readonly ClosedTrade[];
  /** Other markets of the account whose daily returns correlate with this one's beyond the limit. */
  readonly correlated: readonly string[];
  readonly now: number;
}

export const exposureOf = (commitments: readonly Commitment[]): number =>
  commitments.reduce((sum, { value }) => sum + Math.abs(value), 0);

/**
 * Largest notional that the free cash allows, taker fee included. Cash for pending entries and the proceeds and
 * collateral of shorts (twice their value) are not free; the paper venue counts the same way.
 */
export function freeNotional({ cash, positions, pendingEntries, market }: ReviewContext): number {
  const fees = 1 + market.takerFeeRate;
  const tied = 2 * exposureOf(positions.filter(({ amount }) => amount < 0));
  return Math.max(0, cash - tied - exposureOf(pendingEntries) * fees) / fees;
}

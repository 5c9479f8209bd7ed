import { type Market } from '../market/market.ts';
import { type RiskState } from './risk-state.ts';

/** Something that binds or may soon bind money of the account. */
export interface Commitment {
  readonly strategyHash: string;
  readonly symbol: string;
  /** Base asset: what the limit per asset counts together, whatever the market. */
  readonly asset: string;
  /** Base units, signed for positions; negative is short. */
  readonly amount: number;
  /** Notional at the last price, quote currency; the sign does not matter. */
  readonly value: number;
}

/** All that a verdict depends on besides the intent and the limits. Quote currency, market times in epoch ms. */
export interface ReviewContext {
  readonly state: RiskState;
  readonly equity: number;
  readonly cash: number;
  readonly positions: readonly Commitment[];
  /** Entries approved or open and not yet filled, those approved earlier in the same review included. */
  readonly pendingEntries: readonly Commitment[];
  readonly market: Market;
  /** Last price of the market. */
  readonly price: number;
  /** Open time of its last closed candle. */
  readonly lastCandleTime: number;
  readonly timeframeMs: number;
  /** Entry orders of the account since midnight UTC. */
  readonly ordersToday: number;
  readonly now: number;
}

export const exposureOf = (commitments: readonly Commitment[]): number =>
  commitments.reduce((sum, { value }) => sum + Math.abs(value), 0);

/**
 * What is left of the cash for a new notional, its taker fee set aside: not what pending entries will take, and not the
 * proceeds of shorts with their collateral (twice their value), as the paper venue counts it.
 */
export function freeNotional({ cash, positions, pendingEntries, market }: ReviewContext): number {
  const fees = 1 + market.takerFeeRate;
  const tied = 2 * exposureOf(positions.filter(({ amount }) => amount < 0));
  return Math.max(0, cash - tied - exposureOf(pendingEntries) * fees) / fees;
}

import { type Bracket, type OrderIdentity } from '../orders/order.ts';

/** An order that a strategy requests, before the risk manager's review. */
export interface Intent extends OrderIdentity {
  /** Equals the client order id the order will carry. */
  readonly id: string;
  readonly account: string;
  /** Market time of the decision: the close of the signal candle, epoch ms. */
  readonly asOf: number;
  /** Last close. */
  readonly referencePrice: number;
  /** Share of equity the strategy asks for (entries). */
  readonly requestedFraction: number;
  /** Base units to close (exits); absent for entries, whose amount the risk manager sizes. */
  readonly closeAmount?: number;
  /** Annualised volatility of the market, fraction. */
  readonly volatility: number;
  readonly bracket?: Bracket;
  /** How often the strategy has asked for this entry before, without a fill; absent the first time. */
  readonly repeats?: number;
  readonly cycleId?: string;
  /** Reason of the strategy, for people. */
  readonly because: string;
}

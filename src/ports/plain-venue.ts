import { type OrderReport } from '../domain/orders/order-request.ts';
import { type Fill } from '../domain/orders/order.ts';
import { type Market } from '../domain/market/market.ts';
import { type VenueBar } from '../domain/portfolio/paper-venue/bar-step.ts';
import { type PlainRequest } from '../domain/portfolio/plain-venue/venue.ts';
import { type Position } from '../domain/portfolio/position.ts';
import { type VenueBalance } from './broker.ts';

/** An order as an exchange reports it: nothing of strategies, purposes and legs. */
export type PlainReport = Omit<OrderReport, 'strategyHash' | 'purpose' | 'parentId'>;

/** A fill as an exchange reports it. */
export interface PlainTrade extends Omit<Fill, 'account' | 'strategyHash' | 'purpose'> {
  /** The limit was touched and not traded through. */
  readonly touch?: true;
  /** The venue has closed the position by itself, because the account is insolvent. */
  readonly isLiquidation?: true;
}

/** The candle of a market that a paper venue plays. */
export interface PlayedBar {
  readonly bar: VenueBar;
  readonly market: Market;
}

/**
 * An exchange: client order ids, sides, amounts, prices, and one position a market. The company's book (ADR 0036) is above
 * it. Any call may be lost, repeated, or answered late.
 */
export interface PlainVenue {
  /** Opens a paper account with this cash (quote currency) if there is none; does nothing on a real venue. */
  open(account: string, cash: number): Promise<void>;
  /** An id that the venue knows changes nothing. @param time market time of the decision, epoch ms */
  send(account: string, request: PlainRequest, time: number): Promise<PlainReport>;
  /** Null when the venue does not know the order. @param time market time, epoch ms */
  cancel(account: string, clientOrderId: string, time: number): Promise<PlainReport | null>;
  /** Null when the venue does not know the order. */
  order(account: string, clientOrderId: string): Promise<PlainReport | null>;
  openOrders(account: string): Promise<readonly PlainReport[]>;
  /** Fills after the one with the id `after`, in the venue's order; all with null. */
  trades(account: string, after: string | null): Promise<readonly PlainTrade[]>;
  positions(account: string): Promise<readonly Pick<Position, 'symbol' | 'amount'>[]>;
  balance(account: string): Promise<VenueBalance>;
  /** Lets a paper venue play these candles; those that it has played change nothing. Does nothing on a real venue. */
  onCandles(account: string, bars: readonly PlayedBar[]): Promise<void>;
}

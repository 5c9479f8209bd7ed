import { type OrderSide } from './side.ts';

/** A tradable symbol with its limits, in the venue's units (docs/simulation-rules.md rules 8 and 9). */
export interface Market {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Spot cannot be sold short; derivatives can. */
  readonly kind: 'spot' | 'perpetual' | 'future';
  /** Smallest price increment. */
  readonly tickSize: number;
  /** Smallest amount increment, base units. */
  readonly stepSize: number;
  readonly minAmount: number;
  readonly minNotional: number;
  /** Fractions of notional: 0.012 is 1.2 %. */
  readonly takerFeeRate: number;
  readonly makerFeeRate: number;
}

/** Order book: bids and asks sorted best first; amounts in base units. */
export interface OrderBook {
  readonly symbol: string;
  readonly time: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface BookLevel {
  readonly price: number;
  readonly amount: number;
}

/** A public trade. */
export interface MarketTrade {
  readonly time: number;
  readonly price: number;
  readonly amount: number;
  readonly side: OrderSide;
}

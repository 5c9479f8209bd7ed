import { type OrderSide } from './side.ts';

export const MARKET_KINDS = ['spot', 'perpetual', 'dated'] as const;
export type MarketKind = (typeof MARKET_KINDS)[number];

/** A tradable symbol with its limits, in the venue's units (docs/simulation-rules.md rules 8 and 9). */
export interface Market {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Asset whose price a contract follows; absent where it is the base. */
  readonly underlying?: string;
  /** Base units of one contract. */
  readonly contractSize?: number;
  /** Spot cannot be sold short; contracts can. A dated one expires. */
  readonly kind: MarketKind;
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

/** Asset that a position in the market depends on: limits per asset add up all its markets. */
export const assetOf = ({ underlying, base }: Market): string => underlying ?? base;

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

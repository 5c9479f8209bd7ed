import { type Timeframe } from '../market/timeframe.ts';

export const REGIMES = ['trending-up', 'trending-down', 'ranging', 'calm', 'stormy'] as const;
export type Regime = (typeof REGIMES)[number];

/** One market as scored by the scanner. Values are fractions unless a unit is given. */
export interface Opportunity {
  readonly symbol: string;
  readonly rank: number;
  /** 0..100. */
  readonly score: number;
  /** Quote currency traded in the last 24 hours. */
  readonly volume24h: number;
  /** Annualised. */
  readonly volatility: number;
  readonly change24h: number;
  readonly change7d: number;
  /** (ask - bid) / mid; estimated from highs and lows where there is no book. */
  readonly spread: number;
  readonly spreadSource: 'book' | 'estimated';
  readonly coverage: number;
  readonly accepted: boolean;
  /** Reasons for the score, or for the rejection when `accepted` is false. */
  readonly reasons: readonly string[];
}

export interface PriceLevel {
  readonly price: number;
  readonly touches: number;
  readonly kind: 'support' | 'resistance';
}

/** The analyst's result for one market at the close of its last candle. */
export interface Analysis {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly asOf: number;
  readonly price: number;
  readonly indicators: {
    readonly rsi14: number;
    readonly macd: { readonly line: number; readonly signal: number; readonly histogram: number };
    readonly bollinger: {
      readonly upper: number;
      readonly middle: number;
      readonly lower: number;
      readonly percentB: number;
    };
    readonly atr14: number;
    readonly sma50: number;
    readonly sma200: number;
    readonly adx14: number;
  };
  readonly levels: readonly PriceLevel[];
  readonly regime: Regime;
  /** Annualised. */
  readonly volatility: number;
  /** -100 (sell) .. 100 (buy). */
  readonly score: number;
  readonly reasons: readonly string[];
}

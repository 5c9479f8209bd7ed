import { type Bracket, type OrderIdentity } from '../orders/order.ts';
import { type OrderSide } from '../market/side.ts';

/** ACTIVE: all orders; REDUCING: only orders that shrink a position; HALTED: only cancels. */
export const TRADING_STATES = ['ACTIVE', 'REDUCING', 'HALTED'] as const;
export type TradingState = (typeof TRADING_STATES)[number];

/** The order somebody wants, before the risk manager has seen it. */
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
  /** Merely promising strategies trade small. */
  readonly incubating: boolean;
  readonly cycleId?: string;
  /** Why the strategy wants it, in words. */
  readonly because: string;
}

/** One reason of a verdict: a stable code, and a sentence with the figures. */
export interface VerdictReason {
  readonly code: string;
  readonly text: string;
}

export interface Verdict {
  readonly intentId: string;
  readonly decision: 'approve' | 'reduce' | 'veto';
  /** Base units allowed; 0 when vetoed. */
  readonly amount: number;
  readonly reasons: readonly VerdictReason[];
}

/** A signed verdict the trader may act on, once. */
export interface Approval {
  readonly id: string;
  readonly account: string;
  readonly intentId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly purpose: OrderIdentity['purpose'];
  readonly amount: number;
  /** Market time from which on it is void, epoch ms. */
  readonly expiresAt: number;
  /** HMAC-SHA-256 over the canonical form of the other fields, hex. */
  readonly signature: string;
}

/** Limits of config/risk.yaml; all rates are fractions of equity. */
export interface RiskLimits {
  readonly maxAssetExposure: number;
  readonly maxTotalExposure: number;
  readonly maxDailyDrawdown: number;
  readonly maxWeeklyDrawdown: number;
  readonly maxPeakDrawdown: number;
  readonly maxOpenPositions: number;
  readonly maxOrdersPerDay: number;
  /** Annualised volatility at which the requested size is taken as it is; higher volatility shrinks it. */
  readonly targetVolatility: number;
  /** Above this annualised volatility no entry is allowed. */
  readonly maxVolatility: number;
  /** Size factor of incubating strategies. */
  readonly incubationFactor: number;
  /** A stop further away than this fraction of price is refused; an entry without stop always is. */
  readonly maxStopDistance: number;
  /** Data older than this many candles of the intent's timeframe is stale. */
  readonly maxDataAgeCandles: number;
  /** Life of an approval, milliseconds of market time. */
  readonly approvalTtlMs: number;
}

/** What the risk manager remembers of an account; one row, changed by compare-and-set on `version`. */
export interface RiskState {
  readonly account: string;
  readonly version: number;
  readonly tradingState: TradingState;
  readonly stateReason: string;
  /** Who set it: a person, the CEO or a limit; a person's halt is lifted only by a person. */
  readonly stateSetBy: 'operator' | 'ceo' | 'risk-limit' | 'start';
  /** Market time at which a REDUCING set by a drawdown limit ends by itself; absent otherwise. */
  readonly liftsAt?: number;
  /** CEO's macro stance: multiplies every entry's size, 0..1. */
  readonly riskBudget: number;
  readonly stance: string;
  readonly peakEquity: number;
  readonly dayStart: number;
  readonly dayStartEquity: number;
  readonly weekStart: number;
  readonly weekStartEquity: number;
  readonly updatedAt: number;
}

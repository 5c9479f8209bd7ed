import { type StandingTrip } from './breakers/breaker.ts';

/**
 * ACTIVE: all orders. REDUCING: no entries; protective orders, exits and other closing orders go on. HALTED: no entries
 * and no decisions of strategies; stops, targets and trailing stops go on, rule exits and time exits wait, a flatten
 * closes.
 */
export const TRADING_STATES = ['ACTIVE', 'REDUCING', 'HALTED'] as const;
export type TradingState = (typeof TRADING_STATES)[number];

/** `trouble` is the watch over venue and feed; its states lift themselves. */
export const STATE_OWNERS = ['operator', 'ceo', 'risk-limit', 'trouble', 'start'] as const;
export type StateOwner = (typeof STATE_OWNERS)[number];

/** A request to close everything. It stays in the state until somebody resumes, so that nothing is opened again. */
export interface FlattenRequest {
  readonly id: string;
  readonly by: 'operator' | 'ceo';
  readonly reason: string;
  /** Market time, epoch ms. */
  readonly requestedAt: number;
  /** Market time at which the venue held nothing. */
  readonly doneAt?: number;
}

export const TROUBLES = ['stale-feed', 'venue-errors', 'venue-differs', 'silent-ceo'] as const;
export type TroubleCause = (typeof TROUBLES)[number];

/** Why trading is REDUCING until the venue and the feed work again. */
export interface Trouble {
  readonly cause: TroubleCause;
  /** Market time at which it began; absent in a state of an earlier version. */
  readonly since?: number;
  /** Candles without trouble since then. */
  readonly goodCandles: number;
  /** Market time of the trouble, or of the last candle that was counted. */
  readonly lastTime: number;
}

/** Risk state of an account; one row, changed by compare-and-set on `version`. */
export interface RiskState {
  readonly account: string;
  readonly version: number;
  readonly tradingState: TradingState;
  readonly stateReason: string;
  /** Source of the state. Only an operator can lift a halt set by an operator. */
  readonly stateSetBy: StateOwner;
  /** Market time at which a REDUCING set by a drawdown limit ends; absent otherwise. */
  readonly liftsAt?: number;
  /** Number of times that ACTIVE was left. An approval of an entry is void when it was given under another number. */
  readonly entryEpoch?: number;
  /** The peak limit has halted trading; resuming measures the peak anew. */
  readonly peakHalt?: boolean;
  readonly trouble?: Trouble;
  /** A REDUCING of the CEO that ends when its circuit breakers have closed. */
  readonly liftsWithBreakers?: boolean;
  /** Circuit breakers that are open and that the CEO has acted on. */
  readonly standingTrips?: readonly StandingTrip[];
  /** Market times of the last errors of the venue, oldest first. */
  readonly venueErrors?: readonly number[];
  readonly flatten?: FlattenRequest;
  /** The company was started and has not been reconciled with the venue since. */
  readonly unreconciled?: boolean;
  /** Intents of rule exits that wait for the end of a HALTED. */
  readonly waitingExits?: readonly string[];
  /** A flatten that a person has taken back; its closing orders are still to be cancelled. */
  readonly withdrawnFlatten?: string;
  /** Ids of the last requests for a trading state that were carried out. */
  readonly carriedOut?: readonly string[];
  /** Factor from the CEO's macro stance, 0..1; multiplies the size of every entry. */
  readonly riskBudget: number;
  readonly stance: string;
  readonly peakEquity: number;
  /** Last equity before the day began. */
  readonly dayStart: number;
  readonly dayStartEquity: number;
  readonly weekStart: number;
  readonly weekStartEquity: number;
  /** Equity of the last mark; the start of the next day or week counts from it. */
  readonly lastEquity?: number;
  readonly updatedAt: number;
}

/** Circuit breakers: conditions on which the CEO acts by itself. */
export const BREAKERS = [
  'peak-drawdown',
  'market-crash',
  'venue-errors',
  'venue-differs',
  'stale-feed',
  'silent-agents',
] as const;
export type Breaker = (typeof BREAKERS)[number];

/**
 * `trouble`: REDUCING, which lifts itself after three candles in time. `reduce`: REDUCING until the breaker has closed.
 * `flatten`: closes everything; only a person resumes. Mildest first.
 */
export const RESPONSES = ['trouble', 'reduce', 'flatten'] as const;
export type Response = (typeof RESPONSES)[number];

/** A breaker that is open now. */
export interface Trip {
  readonly breaker: Breaker;
  readonly response: Response;
  /** What was measured, with value and bound. */
  readonly text: string;
  /** Market time of the last event behind it, epoch ms. */
  readonly at: number;
}

/** A breaker that the CEO has acted on and that has not closed since. */
export interface StandingTrip {
  readonly breaker: Breaker;
  /** The strongest response since it opened. */
  readonly response: Response;
  /** Market time at which it opened, epoch ms. */
  readonly since: number;
  /** `at` of the last trip. */
  readonly actedAt: number;
  /** An operator has resumed meanwhile: only a stronger response acts again. */
  readonly waived?: boolean;
  /** Candles since it was last open, and the market time of the last one that was counted. */
  readonly calm?: { readonly candles: number; readonly lastTime: number };
}

export interface BreakerRules {
  /** Drawdown from the peak at which entries stop, and at which everything is closed; multiples of `maxPeakDrawdown`. */
  readonly peakReduceAt: number;
  readonly peakFlattenAt: number;
  /** Fall of a market within `crashCandles` at which entries stop, as a fraction of the highest close. */
  readonly crashFall: number;
  readonly crashCandles: number;
  /** Share of the markets that crash together at which everything is closed. */
  readonly crashFlattenShare: number;
  /** Errors of the venue within `venueErrorCandles` at which entries stop. */
  readonly venueErrors: number;
  readonly venueErrorCandles: number;
  /** Candles for which ledger and venue may differ before the CEO reports it. */
  readonly venueDiffersCandles: number;
}

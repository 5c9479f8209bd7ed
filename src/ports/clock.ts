/** Wall clock, for deadlines, heartbeats and back-off. Market time comes from MarketData. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

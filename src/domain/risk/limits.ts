/** Limits of config/risk.yaml; all rates are fractions of equity. */
export interface RiskLimits {
  readonly maxAssetExposure: number;
  readonly maxTotalExposure: number;
  readonly maxDailyDrawdown: number;
  readonly maxWeeklyDrawdown: number;
  readonly maxPeakDrawdown: number;
  /** Exposure of one strategy over all its markets. */
  readonly maxStrategyExposure: number;
  /** Exposure of markets whose daily returns correlate above `groupCorrelation`. */
  readonly maxGroupExposure: number;
  readonly groupCorrelation: number;
  /** Loss if every position were closed at its stop. */
  readonly maxStopRisk: number;
  /** Multiple of an exposure limit at which the risk manager orders the excess closed. */
  readonly reductionTolerance: number;
  readonly maxOpenPositions: number;
  readonly maxOrdersPerHour: number;
  readonly maxOrdersPerDay: number;
  /** Losing trades in a row after which a strategy pauses. */
  readonly cooldownAfterLosses: number;
  readonly cooldownCandles: number;
  /** Stops within `stopGuardCandles` on a market that bar its entries for as long. */
  readonly stopGuardStops: number;
  readonly stopGuardCandles: number;
  /** Loss of the last `lowProfitTrades` on a market that bars its entries for `lowProfitLockDays`. */
  readonly lowProfitLoss: number;
  readonly lowProfitTrades: number;
  readonly lowProfitLockDays: number;
  /** Smallest useful entry: share of what was asked. */
  readonly minEntryShare: number;
  /** Smallest useful entry: multiple of the venue's minimum. */
  readonly minEntryMultiple: number;
  /** Annualised volatility up to which the requested size is not reduced; higher volatility reduces it. */
  readonly targetVolatility: number;
  /** Above this annualised volatility no entry is allowed. */
  readonly maxVolatility: number;
  /** Largest stop distance, as a fraction of price. An entry without a stop is always refused. */
  readonly maxStopDistance: number;
  /** Data older than this many candles of the intent's timeframe is stale. */
  readonly maxDataAgeCandles: number;
  /** Largest distance of the last price from the intent's price at review, and from the reviewed price at the send. */
  readonly priceCollar: number;
  /** Validity of an approval, milliseconds of market time. */
  readonly approvalTtlMs: number;
}

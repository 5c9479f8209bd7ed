/** Limits of config/risk.yaml; all rates are fractions of equity. */
export interface RiskLimits {
  readonly maxAssetExposure: number;
  readonly maxTotalExposure: number;
  readonly maxDailyDrawdown: number;
  readonly maxWeeklyDrawdown: number;
  readonly maxPeakDrawdown: number;
  readonly maxOpenPositions: number;
  readonly maxOrdersPerDay: number;
  /** Annualised volatility up to which the requested size is not reduced; higher volatility reduces it. */
  readonly targetVolatility: number;
  /** Above this annualised volatility no entry is allowed. */
  readonly maxVolatility: number;
  /** Size factor of incubating strategies. */
  readonly incubationFactor: number;
  /** Largest stop distance, as a fraction of price. An entry without a stop is always refused. */
  readonly maxStopDistance: number;
  /** Data older than this many candles of the intent's timeframe is stale. */
  readonly maxDataAgeCandles: number;
  /** Largest distance of the last price from the intent's price at review, and from the reviewed price at the send. */
  readonly priceCollar: number;
  /** Validity of an approval, milliseconds of market time. */
  readonly approvalTtlMs: number;
}

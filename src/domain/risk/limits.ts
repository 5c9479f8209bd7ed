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

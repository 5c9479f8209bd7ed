import { type BreakerRules } from '../../../src/domain/risk/breakers/breaker.ts';
import { type RiskLimits } from '../../../src/domain/risk/limits.ts';

/** Those of config/agents.yaml, with fewer errors of the venue: an outage of the simulator is short. */
export const BREAKERS: BreakerRules = {
  peakReduceAt: 0.8,
  peakFlattenAt: 1.2,
  crashFall: 0.2,
  crashCandles: 6,
  crashFlattenShare: 0.5,
  venueErrors: 4,
  venueErrorCandles: 12,
  venueDiffersCandles: 12,
};

/** Limits of config/risk.yaml, with more entries an hour: a candle of the simulator is an hour of market time. */
const LIMITS: RiskLimits = {
  maxAssetExposure: 0.05,
  maxTotalExposure: 0.25,
  maxStrategyExposure: 0.05,
  maxGroupExposure: 0.1,
  groupCorrelation: 0.7,
  maxStopRisk: 0.02,
  reductionTolerance: 1.2,
  maxDailyDrawdown: 0.05,
  maxWeeklyDrawdown: 0.1,
  maxPeakDrawdown: 0.15,
  maxOpenPositions: 10,
  maxOrdersPerHour: 30,
  maxOrdersPerDay: 200,
  cooldownAfterLosses: 3,
  cooldownCandles: 4,
  stopGuardStops: 4,
  stopGuardCandles: 24,
  lowProfitLoss: 0.02,
  lowProfitTrades: 20,
  lowProfitLockDays: 7,
  minEntryShare: 0.25,
  minEntryMultiple: 5,
  targetVolatility: 0.5,
  maxVolatility: 3,
  incubationFactor: 0.25,
  maxStopDistance: 0.15,
  maxDataAgeCandles: 3,
  priceCollar: 0.01,
  approvalTtlMs: 7_200_000,
};

/** Limits with room for positions that can lose what a drawdown limit allows. */
const BOLD: RiskLimits = {
  ...LIMITS,
  maxAssetExposure: 0.6,
  maxTotalExposure: 0.9,
  maxStrategyExposure: 0.6,
  maxGroupExposure: 0.9,
  maxStopRisk: 0.2,
  targetVolatility: 3,
  maxVolatility: 20,
};

export const limitsOf = ({ isBold }: { readonly isBold: boolean }): RiskLimits => (isBold ? BOLD : LIMITS);

import { LIMITS } from '../../fixtures/risk-limits.ts';
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

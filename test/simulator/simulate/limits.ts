import { LIMITS } from '../../fixtures/risk-limits.ts';
import { type Plan } from '../plan/plan.ts';
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

/** Shares of one market that lose together must reach the limit of a day in enough of the runs. */
const BOLD_ON_PLAIN: RiskLimits = { ...BOLD, maxDailyDrawdown: 0.03 };

export const limitsOf = ({ isBold, profile }: Pick<Plan, 'isBold' | 'profile'>): RiskLimits =>
  isBold ? (profile === 'plain' ? BOLD_ON_PLAIN : BOLD) : LIMITS;

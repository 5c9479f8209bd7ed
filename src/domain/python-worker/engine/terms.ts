import { roundHalfEven } from './rounding.ts';

export type MarketType = 'SPOT' | 'FUTURES';

/** Trading costs of a run; rates are fractions of notional. */
export interface WorkerTerms {
  /** Per side. */
  readonly feeRate: number;
  /** Paid by longs and shorts at every bar whose number in the run is a multiple of `fundingInterval`; 0 for none. */
  readonly fundingRate: number;
  /** Bars. */
  readonly fundingInterval: number;
}

const SPOT_FEE = 0.4 / 100;
const FUTURES_FEE = 0.06 / 100;
const FUNDING = 0.01 / 100;
/** Eight hours. */
const FUNDING_MINUTES = 480;
/** Number of time differences from which the bar length is computed. */
const SAMPLED_DIFFERENCES = 10;
const MINUTE = 60_000;

/** Trading costs for a frame of candles with these times (epoch ms). */
export function termsOf(marketType: MarketType, times: Float64Array): WorkerTerms {
  if (marketType === 'SPOT') return { feeRate: SPOT_FEE, fundingRate: 0, fundingInterval: 0 };
  const interval = Math.max(1, Math.floor(FUNDING_MINUTES / minutesPerBar(times)));
  return { feeRate: FUTURES_FEE, fundingRate: FUNDING, fundingInterval: interval };
}

/**
 * Median of the first time differences in whole minutes, at least 1. Gaps among the first bars make it too long, as in
 * the Python workers.
 */
function minutesPerBar(times: Float64Array): number {
  const count = Math.min(SAMPLED_DIFFERENCES, times.length - 1);
  if (count < 1) return 1;
  const minutes = Array.from({ length: count }, (_, i) => (times[i + 1]! - times[i]!) / MINUTE).sort((a, b) => a - b);
  const middle = count >> 1;
  const median = count % 2 === 1 ? minutes[middle]! : (minutes[middle - 1]! + minutes[middle]!) / 2;
  return Math.max(1, roundHalfEven(median));
}

import { utc } from '../figures.ts';
import { type RiskLimits } from '../limits.ts';
import { type Trip } from './breaker.ts';

/**
 * The feed of a market in real time has stopped. A simulated or replayed market cannot be stale: its time is the feed's.
 * @param now wall time, epoch ms
 * @param marketTime close of the last candle that the feed has passed on, epoch ms
 */
export function staleFeedTrip(
  now: number,
  marketTime: number,
  candleMs: number,
  { maxDataAgeCandles }: Pick<RiskLimits, 'maxDataAgeCandles'>,
): Trip | null {
  const age = (now - marketTime) / candleMs;
  if (age <= maxDataAgeCandles) return null;
  return {
    breaker: 'stale-feed',
    response: 'trouble',
    text: `the last candle closed at ${utc(marketTime)}, ${age.toFixed(1)} candles ago: the limit is ${maxDataAgeCandles}`,
    at: marketTime,
  };
}

import { drawdownFrom } from '../drawdown.ts';
import { money, percent } from '../figures.ts';
import { type RiskLimits } from '../limits.ts';
import { type BreakerRules, type Trip } from './breaker.ts';

/** Drawdown from the peak that is close to its limit or beyond it. @param now market time, epoch ms */
export function peakDrawdownTrip(
  peakEquity: number,
  equity: number,
  now: number,
  { maxPeakDrawdown }: Pick<RiskLimits, 'maxPeakDrawdown'>,
  { peakReduceAt, peakFlattenAt }: BreakerRules,
): Trip | null {
  const drawdown = drawdownFrom(peakEquity, equity);
  const flattens = drawdown >= peakFlattenAt * maxPeakDrawdown;
  if (!flattens && drawdown < peakReduceAt * maxPeakDrawdown) return null;
  const bound = (flattens ? peakFlattenAt : peakReduceAt) * maxPeakDrawdown;
  return {
    breaker: 'peak-drawdown',
    response: flattens ? 'flatten' : 'reduce',
    text: `equity ${money(equity)} is ${percent(drawdown)} below the peak ${money(peakEquity)}: the CEO acts at ${percent(bound)}, the limit is ${percent(maxPeakDrawdown)}`,
    at: now,
  };
}

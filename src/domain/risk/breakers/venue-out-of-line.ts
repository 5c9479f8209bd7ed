import { utc } from '../figures.ts';
import { type RiskState } from '../risk-state.ts';
import { type BreakerRules, type Trip } from './breaker.ts';

/** Adds an error of the venue at market time `time`; only those that the breaker can still count are kept. */
export function countVenueError(state: RiskState, time: number, { venueErrors }: BreakerRules): RiskState {
  const known = state.venueErrors ?? [];
  return { ...state, version: state.version + 1, venueErrors: [...known, time].slice(-venueErrors) };
}

/** Repeated errors of the venue, also those that a retry has overcome. @param now market time, epoch ms */
export function venueErrorsTrip(
  errors: readonly number[],
  now: number,
  candleMs: number,
  { venueErrors, venueErrorCandles }: BreakerRules,
): Trip | null {
  const recent = errors.filter((time) => time > now - venueErrorCandles * candleMs);
  if (recent.length < venueErrors) return null;
  return {
    breaker: 'venue-errors',
    response: 'trouble',
    text: `${recent.length} errors of the venue within ${venueErrorCandles} candles: the CEO acts at ${venueErrors}`,
    at: Math.max(...recent),
  };
}

/** Books that have differed for long; the first difference has reduced trading already. @param now market time, epoch ms */
export function venueDiffersTrip(
  { trouble, stateReason }: Pick<RiskState, 'trouble' | 'stateReason'>,
  now: number,
  candleMs: number,
  { venueDiffersCandles }: BreakerRules,
): Trip | null {
  if (trouble?.cause !== 'venue-differs' || trouble.goodCandles > 0) return null;
  const since = trouble.since ?? trouble.lastTime;
  const candles = Math.floor((now - since) / candleMs);
  if (candles < venueDiffersCandles) return null;
  return {
    breaker: 'venue-differs',
    response: 'trouble',
    text: `ledger and venue have differed since ${utc(since)}, for ${candles} candles: the CEO reports it at ${venueDiffersCandles} (${stateReason})`,
    at: trouble.lastTime,
  };
}

import { utc } from '../figures.ts';
import { type EntryCheck, veto } from './rule.ts';

/** Several stops within some candles on a market bar its entries for as long, counted from the last stop. */
export const stopLossGuard: EntryCheck = (
  { symbol },
  { marketTrades, now, timeframeMs },
  { stopGuardStops, stopGuardCandles },
) => {
  const span = stopGuardCandles * timeframeMs;
  const stops = marketTrades.filter(({ stopped }) => stopped).slice(-stopGuardStops);
  const [first, last] = [stops[0], stops.at(-1)];
  if (!first || !last || stops.length < stopGuardStops || last.closedAt - first.closedAt > span) return null;
  const until = last.closedAt + span;
  return now >= until
    ? null
    : veto(
        'stop-loss-guard',
        `${stops.length} stops within ${stopGuardCandles} candles on ${symbol}: the limit is ${stopGuardStops}, no entries until ${utc(until)}`,
      );
};

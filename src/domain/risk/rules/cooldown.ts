import { utc } from '../figures.ts';
import { type EntryCheck, veto } from './rule.ts';

/** After some losing trades in a row a strategy pauses, counted from the close of the last one. */
export const cooldown: EntryCheck = (
  _,
  { strategyTrades, now, timeframeMs },
  { cooldownAfterLosses, cooldownCandles },
) => {
  const last = strategyTrades.slice(-cooldownAfterLosses);
  if (last.length < cooldownAfterLosses || last.some(({ pnl }) => pnl >= 0)) return null;
  const until = last.at(-1)!.closedAt + cooldownCandles * timeframeMs;
  return now >= until
    ? null
    : veto(
        'cooldown',
        `the strategy lost ${cooldownAfterLosses} trades in a row: the limit is ${cooldownCandles} candles without entries, until ${utc(until)}`,
      );
};

import { money, percent, utc } from '../figures.ts';
import { type EntryCheck, veto } from './rule.ts';

const DAY_MS = 86_400_000;

/** A market whose last trades lost a share of equity is barred for some days, counted from the close of the last one. */
export const lowProfitLock: EntryCheck = (
  { symbol },
  { marketTrades, equity, now },
  { lowProfitLoss, lowProfitTrades, lowProfitLockDays },
) => {
  const trades = marketTrades.slice(-lowProfitTrades);
  const last = trades.at(-1);
  const pnl = trades.reduce((sum, trade) => sum + trade.pnl, 0);
  if (!last || -pnl < lowProfitLoss * equity) return null;
  const until = last.closedAt + lowProfitLockDays * DAY_MS;
  return now >= until
    ? null
    : veto(
        'low-profit-lock',
        `the last ${trades.length} trades on ${symbol} lost ${money(-pnl)}: the limit is ${percent(lowProfitLoss)} of equity, no entries until ${utc(until)}`,
      );
};

import { percent, plain } from '../figures.ts';
import { type BreakerRules, type Trip } from './breaker.ts';

/** Closes of a market, oldest first: the last one and those of the `crashCandles` before it. */
export interface RecentCloses {
  readonly symbol: string;
  readonly closes: ArrayLike<number>;
}

interface Fall {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  readonly fall: number;
}

function fallOf({ symbol, closes }: RecentCloses): Fall {
  const to = closes[closes.length - 1] ?? NaN;
  const from = Math.max(...Array.from(closes));
  return { symbol, from, to, fall: from > 0 ? (from - to) / from : 0 };
}

/** Markets that fell fast; everything is closed when many of them do. @param now market time, epoch ms */
export function marketCrashTrip(
  markets: readonly RecentCloses[],
  now: number,
  { crashFall, crashCandles, crashFlattenShare }: BreakerRules,
): Trip | null {
  const crashed = markets.map(fallOf).filter(({ fall }) => fall >= crashFall);
  if (crashed.length === 0) return null;
  const flattens = crashed.length > 1 && crashed.length >= crashFlattenShare * markets.length;
  const falls = crashed.map(
    ({ symbol, from, to, fall }) => `${symbol} fell ${percent(fall)} from ${plain(from)} to ${plain(to)}`,
  );
  const together = flattens
    ? `; ${crashed.length} of ${markets.length} markets crash together: the CEO closes everything from a share of ${percent(crashFlattenShare)}`
    : '';
  return {
    breaker: 'market-crash',
    response: flattens ? 'flatten' : 'reduce',
    text: `${falls.join(', ')} within ${crashCandles} candles: the CEO acts at ${percent(crashFall)}${together}`,
    at: now,
  };
}

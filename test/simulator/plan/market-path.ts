import { type Rng } from '../../../src/domain/random/rng.ts';
import { timeframeMs, type Timeframe } from '../../../src/domain/market/timeframe.ts';

/** All candles of a market that a run can see. */
export interface MarketPath {
  readonly symbol: string;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** 1 where the exchange published no candle. */
  readonly filled: Uint8Array;
}

export interface PathRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly bars: number;
  /** Bars after these, in which nothing special happens. */
  readonly spare: number;
  /** Open time of the first candle; the same for all markets of a plan. */
  readonly from: number;
  readonly missesCandles: boolean;
  /** Long falls and frequent crashes; otherwise there are rallies. */
  readonly isRough: boolean;
}

/** Before it every plan trades for a while: near its drawdown limits an account may be too careful for orders. */
const FIRST_DROP = 85;
const TICK = 0.01;
const onTick = (price: number): number => Math.max(TICK, Math.round(price / TICK) * TICK);

/** A random walk with calm times, crashes, gaps between candles, and candles that are missing. */
export function candlesOf(
  rng: Rng,
  { symbol, timeframe, bars, spare, from, missesCandles, isRough }: PathRequest,
): MarketPath {
  const step = timeframeMs(timeframe);
  const all = bars + spare;
  const column = (): Float64Array => new Float64Array(all);
  const path = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  const filled = new Uint8Array(all);
  const wildness = rng.pick([0.003, 0.006, 0.012]);
  const crashAt = rng.next() < (isRough ? 0.9 : 0.3) ? rng.integer(FIRST_DROP, bars - 10) : -1;
  const turnsAt = isRough || rng.next() < 0.7 ? rng.integer(FIRST_DROP, bars - 40) : bars;
  let price = 100;
  for (let bar = 0; bar < all; bar += 1) {
    path.time[bar] = from + bar * step;
    if (missesCandles && bar > 1 && bar < bars - 12 && rng.next() < 0.03) {
      for (const side of ['open', 'high', 'low', 'close'] as const) path[side][bar] = price;
      filled[bar] = 1;
      continue;
    }
    const crash = bar === crashAt ? -rng.pick(isRough ? [0.1, 0.14, 0.18, 0.3] : [0.05, 0.12, 0.3]) : 0;
    // A crash between two candles jumps over the stops.
    const jumps = isRough && rng.next() < 0.9;
    const gap = (rng.next() < 0.02 ? rng.normal() * 0.02 : 0) + (jumps ? crash : 0);
    const drift = bar >= turnsAt && bar < turnsAt + 25 ? (isRough ? -0.015 : 0.05) : 0;
    const open = onTick(price * (1 + gap));
    const close = onTick(open * (1 + wildness * rng.normal() + (jumps ? 0 : crash) + drift));
    path.open[bar] = open;
    path.close[bar] = close;
    path.high[bar] = onTick(Math.max(open, close) * (1 + wildness * rng.next()));
    path.low[bar] = onTick(Math.min(open, close) * (1 - wildness * rng.next()));
    path.volume[bar] = 1000;
    price = close;
  }
  return { symbol, ...path, filled };
}

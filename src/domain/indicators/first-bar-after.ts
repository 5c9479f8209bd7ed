import { type Series } from '../market/series.ts';

/** By the flags of a series: the searches of a run ask for the same few lengths again and again. */
const known = new WeakMap<Uint8Array, Map<number, number>>();

/** First bar with `candles` real bars before it; the series' length when there are not enough. */
export function firstBarAfter({ filled }: Pick<Series, 'filled'>, candles: number): number {
  let bars = known.get(filled);
  if (bars === undefined) known.set(filled, (bars = new Map<number, number>()));
  let bar = bars.get(candles);
  if (bar === undefined) {
    let missing = candles;
    for (bar = 0; bar < filled.length && missing > 0; bar += 1) if (filled[bar] === 0) missing -= 1;
    if (missing > 0) bar = filled.length;
    bars.set(candles, bar);
  }
  return bar;
}

import { type EnginePlan } from './engine-plan.ts';
import { marked } from './mark-to-market.ts';
import { type TradeTape } from './trade-tape.ts';

/** Rounding in a bound never hides a drawdown that is deeper by less than this share. */
const MARGIN = 1e-12;

/**
 * The deepest fall of equity below its peak, marked at every close (docs/simulation-rules.md rule 12), as `drawdownOf` finds it on
 * the whole curve. Within a position equity moves with the close, so a block of bars is no deeper than from the higher
 * of the peak before it and its own best close down to its worst one: blocks that cannot be the deepest are passed over.
 */
export function deepestDrawdown({ dataset, spec, model }: EnginePlan, tape: TradeTape): number {
  const { count, entryBar, exitBar, entryPrice, quantity, entryFee, pnl } = tape;
  const { by8, by32, by256 } = dataset.closes;
  const close = dataset.series.close;
  const direction = spec.side === 'long' ? 1 : -1;
  /** Where in a range the best close for the position stands, and where the worst. */
  const best = direction === 1 ? 1 : 0;
  const worst = 1 - best;
  let cash = model.initialCash;
  let peak = cash;
  let deepest = 0;
  let shallow = deepestBetweenTrades(cash, tape) * (1 - MARGIN);
  for (let n = 0; n < count; n += 1) {
    const price = entryPrice[n]!;
    const size = quantity[n]!;
    const fee = entryFee[n]!;
    const to = exitBar[n]!;
    let bar = entryBar[n]!;
    while (bar < to) {
      // A block may be passed when it lies within the position, or when what lies outside could not move the peak.
      let end = ((bar >>> 8) + 1) << 8;
      let top = marked(cash, direction, by256[2 * (bar >>> 8) + best]!, price, size, fee);
      let high = top > peak ? top : peak;
      let depth = (high - marked(cash, direction, by256[2 * (bar >>> 8) + worst]!, price, size, fee)) / high;
      if (depth <= shallow && (top <= peak || ((bar & 255) === 0 && end <= to))) {
        peak = high;
        bar = end;
        continue;
      }
      end = ((bar >>> 5) + 1) << 5;
      top = marked(cash, direction, by32[2 * (bar >>> 5) + best]!, price, size, fee);
      high = top > peak ? top : peak;
      depth = (high - marked(cash, direction, by32[2 * (bar >>> 5) + worst]!, price, size, fee)) / high;
      if (depth <= shallow && (top <= peak || ((bar & 31) === 0 && end <= to))) {
        peak = high;
        bar = end;
        continue;
      }
      end = ((bar >>> 3) + 1) << 3;
      top = marked(cash, direction, by8[2 * (bar >>> 3) + best]!, price, size, fee);
      high = top > peak ? top : peak;
      depth = (high - marked(cash, direction, by8[2 * (bar >>> 3) + worst]!, price, size, fee)) / high;
      if (depth <= shallow && (top <= peak || ((bar & 7) === 0 && end <= to))) {
        peak = high;
        bar = end;
        continue;
      }
      for (const stop = end < to ? end : to; bar < stop; bar += 1) {
        const value = marked(cash, direction, close[bar]!, price, size, fee);
        if (value >= peak) peak = value;
        else if ((peak - value) / peak > deepest) deepest = (peak - value) / peak;
      }
      shallow = Math.max(shallow, deepest * (1 - MARGIN));
    }
    cash += pnl[n]!;
    if (cash >= peak) peak = cash;
    else deepest = Math.max(deepest, (peak - cash) / peak);
  }
  return deepest;
}

/**
 * The deepest fall of the cash between trades: part of the true curve, so the answer is no less. Never the answer itself
 * (regression: drawdown-between-trades).
 */
function deepestBetweenTrades(initialCash: number, { count, pnl }: TradeTape): number {
  let cash = initialCash;
  let peak = cash;
  let deepest = 0;
  for (let n = 0; n < count; n += 1) {
    cash += pnl[n]!;
    if (cash > peak) peak = cash;
    else if ((peak - cash) / peak > deepest) deepest = (peak - cash) / peak;
  }
  return deepest;
}

import { type EnginePlan } from './engine-plan.ts';
import { marked } from './mark-to-market.ts';
import { type TradeTape } from './trade-tape.ts';

/** Relative margin of the bound, so that rounding cannot skip a deeper drawdown. */
const MARGIN = 1e-12;

/**
 * Maximum drawdown marked at every close (docs/simulation-rules.md rule 12), equal to `drawdownOf` on the whole curve.
 * While a position is open, equity moves with the close. So the drawdown within a block is at most the distance from
 * the higher of the previous peak and the block's best close down to its worst close, and blocks that cannot hold the
 * maximum are skipped.
 */
export function deepestDrawdown({ dataset, spec, model }: EnginePlan, tape: TradeTape): number {
  const { count, entryBar, exitBar, entryPrice, quantity, entryFee, pnl } = tape;
  const { by8, by32, by256 } = dataset.closes;
  const close = dataset.series.close;
  const direction = spec.side === 'long' ? 1 : -1;
  /** Offsets of the best and the worst close for the position in a range. */
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
      // A block may be skipped when it lies within the position, or when its bars outside the position cannot move the
      // peak.
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
 * Maximum drawdown of the cash between trades. It is part of the true curve and therefore a lower bound of the result;
 * never use it as the result (regression: drawdown-between-trades).
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

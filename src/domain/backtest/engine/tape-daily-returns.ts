import { type EnginePlan } from './engine-plan.ts';
import { marked } from './mark-to-market.ts';
import { type TradeTape } from './trade-tape.ts';

/** `dailyReturns` of the equity curve, evaluated only at the last bar of each UTC day. */
export function tapeDailyReturns({ dataset, window, spec, model }: EnginePlan, tape: TradeTape): number[] {
  const { dayEnds, quietDays, dayCloses } = dataset;
  const { count, entryBar, exitBar, entryPrice, quantity, entryFee, pnl } = tape;
  const direction = spec.side === 'long' ? 1 : -1;
  const last = window.to - 1;
  const returns: number[] = [];
  let cash = model.initialCash;
  let before = cash;
  let trade = 0;
  for (let day = firstAtOrAfter(dayEnds, window.from); ; day += 1) {
    const ended = day < dayEnds.length && dayEnds[day]! < last;
    const bar = ended ? dayEnds[day]! : last;
    const close = ended ? dayCloses[day]! : dataset.series.close[last]!;
    while (trade < count && exitBar[trade]! <= bar) {
      cash += pnl[trade]!;
      trade += 1;
    }
    const value =
      trade < count && entryBar[trade]! <= bar
        ? marked(cash, direction, close, entryPrice[trade]!, quantity[trade]!, entryFee[trade]!)
        : cash;
    returns.push(before > 0 ? value / before - 1 : 0);
    if (!ended) return returns;
    for (let quiet = quietDays[day]!; quiet > 0; quiet -= 1) returns.push(0);
    before = value;
  }
}

/** Index of the first value at or above `bar` in an ascending list. */
function firstAtOrAfter(bars: Int32Array, bar: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bars[middle]! < bar) low = middle + 1;
    else high = middle;
  }
  return low;
}

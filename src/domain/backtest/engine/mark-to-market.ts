/** Equity with an open position at `price`, marked as by `walkBars`. Quote currency. */
export function marked(
  cash: number,
  direction: number,
  price: number,
  entryPrice: number,
  quantity: number,
  entryFee: number,
): number {
  return cash + (direction * (price - entryPrice) * quantity - entryFee);
}

/** Writes `marked` at the closes of bars [from, to) to `equity`, whose first entry is that of bar `first`. */
export function markAll(
  equity: Float64Array,
  first: number,
  close: Float64Array,
  from: number,
  to: number,
  cash: number,
  direction: number,
  entryPrice: number,
  quantity: number,
  entryFee: number,
): void {
  for (let bar = from; bar < to; bar += 1) {
    equity[bar - first] = cash + (direction * (close[bar]! - entryPrice) * quantity - entryFee);
  }
}

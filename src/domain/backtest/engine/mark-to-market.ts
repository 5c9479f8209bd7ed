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

/** Writes `marked` at each close to `equity`; both have the same length. */
export function markAll(
  equity: Float64Array,
  closes: Float64Array,
  cash: number,
  direction: number,
  entryPrice: number,
  quantity: number,
  entryFee: number,
): void {
  // Unrolled by eight: loop overhead is half of the cost per bar.
  const whole = closes.length & ~7;
  let i = 0;
  for (; i < whole; i += 8) {
    equity[i] = cash + (direction * (closes[i]! - entryPrice) * quantity - entryFee);
    equity[i + 1] = cash + (direction * (closes[i + 1]! - entryPrice) * quantity - entryFee);
    equity[i + 2] = cash + (direction * (closes[i + 2]! - entryPrice) * quantity - entryFee);
    equity[i + 3] = cash + (direction * (closes[i + 3]! - entryPrice) * quantity - entryFee);
    equity[i + 4] = cash + (direction * (closes[i + 4]! - entryPrice) * quantity - entryFee);
    equity[i + 5] = cash + (direction * (closes[i + 5]! - entryPrice) * quantity - entryFee);
    equity[i + 6] = cash + (direction * (closes[i + 6]! - entryPrice) * quantity - entryFee);
    equity[i + 7] = cash + (direction * (closes[i + 7]! - entryPrice) * quantity - entryFee);
  }
  for (; i < closes.length; i += 1) {
    equity[i] = cash + (direction * (closes[i]! - entryPrice) * quantity - entryFee);
  }
}

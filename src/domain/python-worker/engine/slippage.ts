const LARGEST = 0.02;
const BASE = 0.002;
/** Slippage grows above this notional (dollars), by GROWTH per further DEEP_MARKET dollars. */
const DEEP_MARKET = 10_000;
const GROWTH = 0.0005;

/**
 * Price change caused by a fill of `notional` dollars at bar `bar` of a run, in quote currency. The noise is a hash of
 * the bar number.
 */
export function slippage(price: number, notional: number, bar: number): number {
  const depth = notional > DEEP_MARKET ? BASE + ((notional - DEEP_MARKET) / DEEP_MARKET) * GROWTH : BASE;
  return price * Math.min(LARGEST, depth * (0.7 + 0.6 * noise(bar)));
}

/** Knuth's multiplicative hash, [0, 1). */
function noise(bar: number): number {
  return (Math.imul(bar, -1_640_531_535) >>> 0) / 4_294_967_296;
}

import { type Market, type OrderBook } from '../market/market.ts';
import { type Rng } from '../random/rng.ts';
import { nearest } from './grid.ts';

const LEVELS = 20;
/** Half spread in calm markets, as a fraction of price. */
const CALM_HALF_SPREAD = 0.0001;
/** Share of a bar's relative range added to the half spread: market makers quote wider when prices move fast. */
const SPREAD_PER_RANGE = 0.05;

/**
 * Builds a book around `price`. `range` is the mean relative range and `volume` the mean volume of the last closed
 * bars. A larger range makes the book wider and thinner.
 */
export function bookAround(
  time: number,
  price: number,
  range: number,
  volume: number,
  market: Market,
  rng: Rng,
): OrderBook {
  const { symbol, tickSize, stepSize, minAmount } = market;
  const toTick = nearest(tickSize);
  const toStep = nearest(stepSize);
  const half = Math.max(tickSize, price * (CALM_HALF_SPREAD + SPREAD_PER_RANGE * range));
  const spacing = Math.max(tickSize, half * 0.5);
  const depth = volume / LEVELS / (1 + 40 * range);
  const side = (direction: 1 | -1) => {
    let previous = price;
    const levels = [];
    for (let level = 0; level < LEVELS; level += 1) {
      // Each level is at least one tick beyond the previous one, so jitter and rounding cannot merge or cross levels.
      const wanted = price + direction * (half + spacing * (level + 0.4 * rng.next()));
      const next = toTick(
        direction > 0 ? Math.max(wanted, previous + tickSize) : Math.min(wanted, previous - tickSize),
      );
      if (next < tickSize) break;
      const amount = Math.max(minAmount, toStep(depth * (0.5 + level / LEVELS) * (0.5 + rng.next())));
      levels.push({ price: next, amount });
      previous = next;
    }
    return levels;
  };
  return { symbol, time, bids: side(-1), asks: side(1) };
}

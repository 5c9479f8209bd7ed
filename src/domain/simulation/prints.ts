import { type Candle } from '../market/candle.ts';
import { type Market, type MarketTrade } from '../market/market.ts';
import { type Rng } from '../random/rng.ts';
import { nearest } from './grid.ts';

const MAX_PRINTS = 40;

/** Corner prices of a bar in order: a rising bar touches its low first, a falling bar its high. */
const corners = ({ open, high, low, close }: Candle): readonly number[] =>
  close >= open ? [open, low, high, close] : [open, high, low, close];

/**
 * Trades of one bar. They start at its open, touch its high and low, end at its close, stay inside its range, and their
 * amounts add up to its volume. The aggressor is more often the buyer when the price rises from trade to trade.
 */
export function printsOf(candle: Candle, barMs: number, market: Market, rng: Rng): readonly MarketTrade[] {
  const steps = Math.round(candle.volume / market.stepSize);
  const count = Math.min(MAX_PRINTS, steps);
  if (count === 0) return [];
  const path = corners(candle);
  const toTick = nearest(market.tickSize);
  const toStep = nearest(market.stepSize);
  const legs = path.length - 1;

  const weights = Array.from({ length: count }, () => 0.1 - Math.log(1 - rng.next()));
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  // Rounds cumulative shares to whole steps and reserves one step per trade, so the parts always add up to the whole.
  const cumulative = (weight: number, index: number) => index + Math.floor((weight / totalWeight) * (steps - count));

  const prints: MarketTrade[] = [];
  let weight = 0;
  let previousPrice = candle.open;
  for (let i = 0; i < count; i += 1) {
    const position = count === 1 ? legs : (i / (count - 1)) * legs;
    const leg = Math.min(legs - 1, Math.floor(position));
    const isCorner = i === 0 || i === count - 1 || Math.floor(((i - 1) / (count - 1)) * legs) < leg;
    const exact = isCorner
      ? path[i === count - 1 ? legs : leg]!
      : path[leg]! + (path[leg + 1]! - path[leg]!) * (position - leg);
    const price = Math.max(candle.low, Math.min(candle.high, toTick(exact)));
    const before = cumulative(weight, i);
    weight = i === count - 1 ? totalWeight : weight + weights[i]!;
    const amount = toStep((cumulative(weight, i + 1) - before) * market.stepSize);
    const buyShare = price > previousPrice ? 0.75 : price < previousPrice ? 0.25 : 0.5;
    prints.push({
      time: candle.time + Math.floor(((i + rng.next()) / count) * barMs),
      price,
      amount,
      side: rng.next() < buyShare ? 'buy' : 'sell',
    });
    previousPrice = price;
  }
  return prints;
}

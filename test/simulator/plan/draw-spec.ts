import { type Rng } from '../../../src/domain/random/rng.ts';
import { type Condition, type StrategySpec } from '../../../src/domain/strategies/spec.ts';

const crossing = (fast: number, slow: number, op: 'crosses-above' | 'crosses-below'): Condition => ({
  left: { indicator: 'sma', params: { period: fast } },
  op,
  right: { indicator: 'sma', params: { period: slow } },
});

/** A spec with short averages, so that it trades every few candles, and every kind of protection. */
export function drawSpec(rng: Rng, maySellShort: boolean, isBold: boolean): StrategySpec {
  const [fast, slow] = rng.pick([
    [1, 3],
    [2, 4],
    [2, 6],
  ] as const);
  const isShort = maySellShort && rng.next() < 0.5;
  const [up, down] = [crossing(fast, slow, 'crosses-above'), crossing(fast, slow, 'crosses-below')];
  const hasExit = rng.next() < 0.7;
  return {
    family: 'momentum',
    side: isShort ? 'short' : 'long',
    entry: isShort ? down : up,
    ...(hasExit && { exit: isShort ? up : down }),
    stop: { kind: 'percent', value: rng.pick(isBold ? [0.05, 0.12] : [0.01, 0.02, 0.05]) },
    ...(rng.next() < 0.4 && { target: { kind: 'percent', value: rng.pick([0.01, 0.03]) } }),
    ...(rng.next() < 0.3 && { trailing: { kind: 'percent', value: rng.pick([0.01, 0.03]) } }),
    ...((!hasExit || rng.next() < 0.3) && { maxHoldBars: rng.integer(2, 12) }),
    sizing: { kind: 'fraction', fraction: rng.pick(isBold ? [0.3, 0.6] : [0.01, 0.03, 0.05, 0.2]) },
  };
}

import { type Regime } from '../analysis/analysis.ts';
import { type Rng } from '../random/rng.ts';

/** Price behaviour in a regime. Rates are per day, durations in days. */
interface RegimeBehaviour {
  /** Expected log return. */
  readonly drift: number;
  /** Standard deviation of log returns. */
  readonly volatility: number;
  /** Share of the distance to the regime's start price that reverts. */
  readonly reversion: number;
  readonly minDays: number;
  readonly meanDays: number;
  /** Relative frequency of the regime, before the tilt of `nextRegime`. */
  readonly weight: number;
}

/**
 * Easier than a real market on purpose: trends run for one to two weeks at a steady slope, so that a trend follower on
 * hourly bars can earn more than the 2.4 % fees of a round trip. A profit here shows that the system works, not that a
 * strategy does.
 */
export const REGIME_BEHAVIOUR: Readonly<Record<Regime, RegimeBehaviour>> = {
  'trending-up': { drift: 0.028, volatility: 0.016, reversion: 0, minDays: 5, meanDays: 11, weight: 3 },
  'trending-down': { drift: -0.028, volatility: 0.018, reversion: 0, minDays: 4, meanDays: 9, weight: 3 },
  ranging: { drift: 0, volatility: 0.022, reversion: 2, minDays: 2, meanDays: 5, weight: 2 },
  calm: { drift: 0, volatility: 0.007, reversion: 1, minDays: 1, meanDays: 4, weight: 1.5 },
  stormy: { drift: 0, volatility: 0.06, reversion: 0.5, minDays: 0.5, meanDays: 1.5, weight: 1 },
};

const NAMES = Object.keys(REGIME_BEHAVIOUR) as readonly Regime[];

/**
 * Draws the regime after `current`. `displacement` is ln(price / start price): the higher it is, the likelier the next
 * trend is down. Together with the pull of the price path this keeps prices away from zero and infinity.
 */
export function nextRegime(current: Regime, displacement: number, rng: Rng): Regime {
  const tilt = Math.max(-1, Math.min(1, displacement / 0.7));
  const weights = NAMES.map((name) => {
    if (name === current) return 0;
    const { weight } = REGIME_BEHAVIOUR[name];
    if (name === 'trending-up') return weight * (1 - tilt);
    if (name === 'trending-down') return weight * (1 + tilt);
    return weight;
  });
  let left = rng.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return NAMES[index]!;
  }
  return 'ranging';
}

/** Duration of `regime` in bars: the minimum plus an exponential variate. */
export function regimeBars(regime: Regime, barsPerDay: number, rng: Rng): number {
  const { minDays, meanDays } = REGIME_BEHAVIOUR[regime];
  const days = minDays - (meanDays - minDays) * Math.log(1 - rng.next());
  return Math.ceil(days * barsPerDay);
}

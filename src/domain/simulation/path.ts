import { type Regime } from '../analysis/analysis.ts';
import { createRng, type Rng } from '../random/rng.ts';
import { nearest } from './grid.ts';
import { type SimulatedMarket } from './definitions.ts';
import { nextRegime, REGIME_BEHAVIOUR, regimeBars } from './regimes.ts';

export const BAR_MS = 300_000;
/** Bars per chunk: one day of 5-minute bars. A chunk is generated and cached as a whole. */
export const CHUNK_BARS = 288;
/** Price steps inside a bar; open, high, low and close are taken from them. */
const STEPS = 6;
const STEPS_PER_DAY = CHUNK_BARS * STEPS;

/** Share of a shock that comes from the common factor, at beta 1. */
const COMMON_WEIGHT = 0.75;
/** Probability that a market which changes regime takes over the regime of the common factor. */
const FOLLOW_PROBABILITY = 0.5;
/** Log volatility follows an AR(1) process; its deviations last about half a day. */
const VOLATILITY_PERSISTENCE = 1 - 1 / (CHUNK_BARS * 0.5);
const VOLATILITY_SPREAD = 0.35 * Math.sqrt(1 - VOLATILITY_PERSISTENCE * VOLATILITY_PERSISTENCE);
/** Fat tails: one bar in a hundred moves three times as far. */
const SHOCK_PROBABILITY = 0.01;
const SHOCK_SCALE = 3;
/**
 * Daily pull back to the start price at displacement x is PULL * x³: negligible near 0, equal to a trend's slope at e
 * times the start price.
 */
const PULL = 0.03;

/** State of a price, or of the common factor, between two bars. Together with the seed it determines the next chunk. */
export interface WalkState {
  readonly regime: Regime;
  readonly barsLeft: number;
  readonly logVolatility: number;
  /** ln(price / start price). */
  readonly displacement: number;
  /** Displacement at the start of the regime; ranging markets revert to it. */
  readonly anchor: number;
}

/** One chunk of one market, as columns of CHUNK_BARS. */
export interface Chunk {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly regime: readonly Regime[];
}

/** State before the first bar. */
export const WALK_START: WalkState = { regime: 'ranging', barsLeft: 0, logVolatility: 0, displacement: 0, anchor: 0 };

/** The common factor over one chunk: shocks shared by all markets, and the regime that markets may follow. */
export interface Factor {
  /** Scaled standard normal shocks, CHUNK_BARS x STEPS. */
  readonly shocks: Float64Array;
  readonly regime: readonly Regime[];
  readonly barsLeft: Int32Array;
  readonly end: WalkState;
}

const volatilityStep = (logVolatility: number, rng: Rng): number =>
  VOLATILITY_PERSISTENCE * logVolatility + VOLATILITY_SPREAD * rng.normal();
const tail = (rng: Rng): number => (rng.next() < SHOCK_PROBABILITY ? SHOCK_SCALE : 1);

const stream = (seed: number | string, label: string, index: number): Rng =>
  createRng(`${seed}/path/${label}/${index}`);

/** Generates chunk `index` of the common factor from the state `start`. */
export function generateFactor(seed: number | string, index: number, start: WalkState): Factor {
  const rng = stream(seed, 'factor', index);
  const shocks = new Float64Array(STEPS_PER_DAY);
  const regimes: Regime[] = [];
  const left = new Int32Array(CHUNK_BARS);
  const draws = new Float64Array(STEPS);
  let { regime, barsLeft, logVolatility } = start;
  for (let bar = 0; bar < CHUNK_BARS; bar += 1) {
    if (barsLeft <= 0) {
      regime = nextRegime(regime, 0, rng);
      barsLeft = regimeBars(regime, CHUNK_BARS, rng);
    }
    logVolatility = volatilityStep(logVolatility, rng);
    const scale = Math.exp(logVolatility) * tail(rng);
    rng.normals(draws);
    for (let step = 0; step < STEPS; step += 1) shocks[bar * STEPS + step] = scale * draws[step]!;
    regimes.push(regime);
    left[bar] = barsLeft;
    barsLeft -= 1;
  }
  return { shocks, regime: regimes, barsLeft: left, end: { ...start, regime, barsLeft, logVolatility } };
}

/**
 * Generates chunk `index` of a market, given the factor's chunk with the same index. `end` is the start state of the
 * next chunk.
 */
export function generateChunk(
  definition: SimulatedMarket,
  seed: number | string,
  index: number,
  start: WalkState,
  factor: Factor,
): { readonly chunk: Chunk; readonly end: WalkState } {
  const rng = stream(seed, definition.market.symbol, index);
  const { market, startPrice, beta, liveliness, dailyTurnover } = definition;
  const column = () => new Float64Array(CHUNK_BARS);
  const chunk = { open: column(), high: column(), low: column(), close: column(), volume: column() };
  const regimes: Regime[] = [];
  const toTick = nearest(market.tickSize);
  const toStep = nearest(market.stepSize);
  const priceAt = (x: number): number => Math.max(market.tickSize, toTick(startPrice * Math.exp(x)));
  const commonWeight = Math.min(0.95, COMMON_WEIGHT * beta);
  const ownWeight = Math.sqrt(1 - commonWeight * commonWeight);
  let { regime, barsLeft, logVolatility, displacement: x, anchor } = start;
  const draws = new Float64Array(STEPS);
  let price = priceAt(x);
  for (let bar = 0; bar < CHUNK_BARS; bar += 1) {
    if (barsLeft <= 0) {
      const follow = rng.next() < FOLLOW_PROBABILITY;
      regime = follow ? factor.regime[bar]! : nextRegime(regime, x, rng);
      barsLeft = follow ? factor.barsLeft[bar]! : regimeBars(regime, CHUNK_BARS, rng);
      anchor = x;
    }
    logVolatility = volatilityStep(logVolatility, rng);
    const behaviour = REGIME_BEHAVIOUR[regime];
    const sigma = (behaviour.volatility * liveliness * Math.exp(logVolatility)) / Math.sqrt(STEPS_PER_DAY);
    const ownScale = ownWeight * tail(rng);
    const slope =
      (behaviour.drift * liveliness - PULL * x * x * x - behaviour.reversion * (x - anchor)) / STEPS_PER_DAY;
    let highest = x;
    let lowest = x;
    rng.normals(draws);
    for (let step = 0; step < STEPS; step += 1) {
      x += slope + sigma * (commonWeight * factor.shocks[bar * STEPS + step]! + ownScale * draws[step]!);
      if (x > highest) highest = x;
      if (x < lowest) lowest = x;
    }
    const open = price;
    price = priceAt(x);
    const high = Math.max(open, priceAt(highest));
    const low = Math.min(open, priceAt(lowest));
    chunk.open[bar] = open;
    chunk.high[bar] = high;
    chunk.low[bar] = low;
    chunk.close[bar] = price;
    // Activity follows volatility and the bar's own range. 0.02 per day is the volatility of an average market.
    const range = (high - low) / (open * 0.02 * liveliness * Math.sqrt(1 / CHUNK_BARS));
    const activity = (0.4 + 0.4 * range) * Math.exp(0.4 * rng.normal());
    chunk.volume[bar] = Math.max(market.minAmount, toStep(((dailyTurnover / CHUNK_BARS) * activity) / price));
    regimes.push(regime);
    barsLeft -= 1;
  }
  const end = { regime, barsLeft, logVolatility, displacement: x, anchor };
  return { chunk: { ...chunk, regime: regimes }, end };
}

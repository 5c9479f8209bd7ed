import { type Analysis } from './analysis.ts';
import { type RegimeReading } from './classify-regime.ts';

interface Vote {
  /** Positive for buying. */
  readonly points: number;
  readonly reason: string;
}

type Reading = Pick<Analysis, 'price' | 'indicators' | 'levels'> & { readonly regimeReading: RegimeReading };

const TREND_POINTS = 25;
const AVERAGES_POINTS = 15;
const MACD_POINTS = 15;
const STRETCH_POINTS = 20;
const LEVEL_POINTS = 10;
/** A level within this many ATRs of the price is near. */
const NEAR_ATRS = 1;

/**
 * Score from -100 (sell) to 100 (buy): a sum of votes, each with its reason. The averages and MACD vote in every
 * regime. Outside a trend, an overextended price votes for a return to the mean. A stormy regime halves the total.
 */
export function scoreReading(reading: Reading): { readonly score: number; readonly reasons: readonly string[] } {
  const votes = [trend(reading), averages(reading), macd(reading), stretch(reading), nearestLevel(reading)].filter(
    (vote) => vote !== null,
  );
  const stormy = reading.regimeReading.regime === 'stormy';
  const total = votes.reduce((sum, vote) => sum + vote.points, 0) * (stormy ? 0.5 : 1);
  return {
    score: Math.round(Math.max(-100, Math.min(100, total))),
    reasons: [...votes.map((vote) => vote.reason), ...(stormy ? ['stormy: score halved'] : [])],
  };
}

function trend({ regimeReading: { regime, adx } }: Reading): Vote | null {
  if (regime !== 'trending-up' && regime !== 'trending-down') return null;
  const up = regime === 'trending-up';
  return { points: up ? TREND_POINTS : -TREND_POINTS, reason: `trending ${up ? 'up' : 'down'}, ADX ${adx.toFixed(0)}` };
}

function averages({ price, indicators: { sma50, sma200 } }: Reading): Vote | null {
  const above = Math.sign(price - sma50) + Math.sign(sma50 - sma200);
  if (Math.abs(above) < 2) return null;
  const order = above > 0 ? 'price above SMA 50 above SMA 200' : 'price below SMA 50 below SMA 200';
  return { points: above > 0 ? AVERAGES_POINTS : -AVERAGES_POINTS, reason: order };
}

function macd({ indicators }: Reading): Vote | null {
  const { line, histogram } = indicators.macd;
  if (Math.sign(line) !== Math.sign(histogram) || line === 0) return null;
  const up = line > 0;
  return { points: up ? MACD_POINTS : -MACD_POINTS, reason: `MACD ${up ? 'above' : 'below'} zero and its signal` };
}

function stretch({ indicators, regimeReading: { regime } }: Reading): Vote | null {
  const { rsi14, bollinger } = indicators;
  const low = rsi14 < 30 || bollinger.percentB < 0;
  const high = rsi14 > 70 || bollinger.percentB > 1;
  if (low === high || regime === 'trending-up' || regime === 'trending-down') return null;
  const where = `RSI ${rsi14.toFixed(0)}, ${(bollinger.percentB * 100).toFixed(0)} % of the Bollinger band`;
  return { points: low ? STRETCH_POINTS : -STRETCH_POINTS, reason: `stretched ${low ? 'down' : 'up'}: ${where}` };
}

function nearestLevel({ price, indicators, levels }: Reading): Vote | null {
  const near = levels
    .filter((level) => level.touches > 1 && Math.abs(level.price - price) <= NEAR_ATRS * indicators.atr14)
    .sort((a, b) => Math.abs(a.price - price) - Math.abs(b.price - price))[0];
  if (!near) return null;
  const reason = `${near.kind} at ${Number(near.price.toPrecision(6))}, touched ${near.touches} times`;
  return { points: near.kind === 'support' ? LEVEL_POINTS : -LEVEL_POINTS, reason };
}

import { type Series } from '../market/series.ts';
import { certainRatio, productError, ratio, sumError } from './compensated.ts';
import { FRACTION_BITS, nearestQuotient } from './exact-quotient.ts';
import { pricesInOneUnit, restOf, termsOf, wholeTermOf, type ExactTerms } from './exact-terms.ts';
import { dividedSums, foldedSums, windowSums } from './window-sums.ts';

/**
 * On-balance volume: volume is added on a higher close and subtracted on a lower one, 0 at bar 0. `average`: its mean
 * over `period` bars, first defined at bar period - 1. Only changes are meaningful: the total depends on where the
 * series begins.
 */
export function onBalanceVolume({ close, volume }: Series, period: number): Record<'obv' | 'average', Float64Array> {
  const terms = termsOf(volume);
  const { length } = close;
  const total = new Float64Array(length);
  const rest = new Float64Array(length);
  let largest = 0;
  for (let i = 1; i < length; i += 1) {
    const direction = Math.sign(close[i]! - close[i - 1]!);
    const step = direction * terms.hi[i]!;
    const sum = total[i - 1]! + step;
    const low = rest[i - 1]! + direction * restOf(terms, i) + sumError(total[i - 1]!, step, sum);
    total[i] = sum + low;
    rest[i] = low - (total[i]! - sum);
    largest = Math.max(largest, Math.abs(total[i]!));
  }
  const isPlain = terms.lo === null && largest < Number.MAX_SAFE_INTEGER;
  const totals: ExactTerms = { ...terms, hi: total, lo: isPlain ? null : rest, largest };
  return {
    obv: dividedSums({ hi: total, lo: rest }, terms.scale),
    average: dividedSums(windowSums(totals, period), period * terms.scale),
  };
}

/**
 * Volume-weighted mean of the typical price (high + low + close) / 3 over `period` bars; first defined at bar period -
 * 1, NaN when nothing was traded. Products of doubles of full precision need more bits than a sum carries, and what is
 * lost depends on the unit, which all bars of the series decide: a window that this may round is computed exactly.
 */
export function volumeWeightedPrice(series: Series, period: number): Float64Array {
  const { volume } = series;
  const prices = pricesInOneUnit(series, ['high', 'low', 'close']) as [ExactTerms, ExactTerms, ExactTerms];
  const amounts = termsOf(volume);
  const turnover = new Float64Array(volume.length);
  const turnoverLow = new Float64Array(volume.length);
  for (let i = 0; i < volume.length; i += 1) {
    let price = 0;
    let priceLow = 0;
    for (const terms of prices) {
      const sum = price + terms.hi[i]!;
      priceLow += sumError(price, terms.hi[i]!, sum) + restOf(terms, i);
      price = sum;
    }
    const amount = amounts.hi[i]!;
    const product = price * amount;
    turnover[i] = product;
    turnoverLow[i] = productError(price, amount, product) + priceLow * amount + price * restOf(amounts, i);
  }
  const spent = foldedSums(turnover, turnoverLow, period);
  const traded = windowSums(amounts, period);
  // Three prices a bar, in their own unit.
  const unit = 3 * prices[0].scale;
  return spent.hi.map((value, i) => {
    const amount = traded.hi[i]!;
    if (!(amount > 0)) return NaN;
    const divisor = unit * amount;
    const divisorLow = productError(unit, amount, divisor) + unit * (traded.lo?.[i] ?? 0);
    const mean = certainRatio(value, spent.lo?.[i] ?? 0, divisor, divisorLow);
    return Number.isNaN(mean) ? exactMean(prices, amounts, unit, i - period + 1, i + 1) : mean;
  });
}

/** Amounts times sums of prices, over `unit` times the amounts, of the bars from <= i < to. */
function exactMean(prices: readonly ExactTerms[], amounts: ExactTerms, unit: number, from: number, to: number): number {
  let [spent, traded] = [0n, 0n];
  for (let i = from; i < to; i += 1) {
    const amount = wholeTermOf(amounts, i);
    spent += amount * prices.reduce((sum, terms) => sum + wholeTermOf(terms, i), 0n);
    traded += amount;
  }
  return nearestQuotient(spent, (traded * BigInt(unit)) << FRACTION_BITS);
}

/**
 * Volume of a bar as a multiple of the mean volume of the previous `period` bars; first defined at bar `period`, NaN
 * when nothing was traded in them.
 */
export function relativeVolume(volume: Float64Array, period: number): Float64Array {
  const terms = termsOf(volume);
  const { hi, lo } = windowSums(terms, period);
  const out = new Float64Array(volume.length).fill(NaN);
  for (let i = period; i < volume.length; i += 1) {
    if (!(hi[i - 1]! > 0)) continue;
    const amount = period * terms.hi[i]!;
    const amountLow = productError(period, terms.hi[i]!, amount) + period * restOf(terms, i);
    out[i] = ratio(amount, amountLow, hi[i - 1]!, lo?.[i - 1] ?? 0);
  }
  return out;
}

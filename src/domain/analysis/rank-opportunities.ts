import { type OrderBook } from '../market/market.ts';
import { type Series } from '../market/series.ts';
import { timeframeMs } from '../market/timeframe.ts';
import { type Opportunity } from './analysis.ts';
import { bookSpread, estimateSpread } from './estimate-spread.ts';
import { annualisedVolatility } from './volatility.ts';

/** The scanner's limits. A market that breaks one is listed but not accepted. */
export interface OpportunityThresholds {
  /** Quote currency in 24 hours. */
  readonly minVolume24h: number;
  readonly maxSpread: number;
  readonly minBars: number;
  /** Share of bars that must be real, 0..1. */
  readonly minCoverage: number;
}

export interface ScanInput {
  readonly series: Series;
  /** Null when the source has no book; the spread is then estimated from highs and lows. */
  readonly book: OrderBook | null;
  /** Real bars / all bars of the stored candles, 0..1. */
  readonly coverage: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** Annualised volatility that earns the full volatility points. */
const FULL_VOLATILITY = 0.8;

/** Sorts accepted markets first, then by score (highest first), then by symbol. `rank` counts from 1 over all markets. */
export function rankOpportunities(inputs: readonly ScanInput[], thresholds: OpportunityThresholds): Opportunity[] {
  return inputs
    .map((input) => scoreOpportunity(input, thresholds))
    .sort(
      (a, b) =>
        Number(b.accepted) - Number(a.accepted) ||
        b.score - a.score ||
        (a.symbol < b.symbol ? -1 : Number(a.symbol > b.symbol)),
    )
    .map((opportunity, i) => ({ ...opportunity, rank: i + 1 }));
}

/** Scores one market: up to 40 points for volume, 25 each for volatility and a low spread, 10 for the 24-hour move. */
export function scoreOpportunity(
  { series, book, coverage }: ScanInput,
  thresholds: OpportunityThresholds,
): Omit<Opportunity, 'rank'> {
  const perDay = Math.max(1, Math.round(DAY_MS / timeframeMs(series.timeframe)));
  const fromBook = book && bookSpread(book);
  const spread = fromBook ?? estimateSpread(series) ?? 0;
  const traded = turnover(series, perDay);
  const figures = {
    // Unknown volume earns no points; the reasons say that it is unknown.
    volume24h: Number.isNaN(traded) ? 0 : traded,
    volatility: annualisedVolatility(series, 7 * perDay),
    change24h: change(series, perDay),
    change7d: change(series, 7 * perDay),
    spread,
    spreadSource: fromBook === null ? ('estimated' as const) : ('book' as const),
    coverage,
  };
  const volumeText = Number.isNaN(traded) ? 'an unknown amount' : money(traded);
  const faults = faultsOf(series, figures, thresholds, volumeText);
  const merits = [
    40 * clamp(Math.log10(Math.max(1, figures.volume24h / Math.max(1, thresholds.minVolume24h))) / 3),
    25 * clamp(figures.volatility / FULL_VOLATILITY),
    25 * clamp(1 - spread / thresholds.maxSpread),
    10 * clamp(Math.abs(figures.change24h) / 0.05),
  ];
  return {
    symbol: series.symbol,
    score: Math.round(merits.reduce((total, points) => total + points, 0)),
    ...figures,
    accepted: faults.length === 0,
    reasons: faults.length > 0 ? faults : reasonsOf(series, figures, perDay, volumeText),
  };
}

type Figures = Pick<
  Opportunity,
  'volume24h' | 'volatility' | 'change24h' | 'change7d' | 'spread' | 'spreadSource' | 'coverage'
>;

function faultsOf(series: Series, figures: Figures, limits: OpportunityThresholds, volumeText: string): string[] {
  const { volume24h, spread, coverage } = figures;
  return [
    ...(series.length < limits.minBars ? [`${series.length} bars of history, ${limits.minBars} are needed`] : []),
    ...(coverage < limits.minCoverage ? [`coverage ${percent(coverage)} below ${percent(limits.minCoverage)}`] : []),
    ...(volume24h < limits.minVolume24h
      ? [`${volumeText} traded in 24 h, ${money(limits.minVolume24h)} are needed`]
      : []),
    ...(spread > limits.maxSpread ? [`spread ${percent(spread)} above ${percent(limits.maxSpread)}`] : []),
  ];
}

function reasonsOf(series: Series, figures: Figures, perDay: number, volumeText: string): string[] {
  const week = series.length > 7 * perDay ? '7 days' : `the ${(series.length / perDay).toFixed(1)} days available`;
  return [
    `${volumeText} traded in 24 h`,
    `volatility ${percent(figures.volatility)} a year`,
    `moved ${percent(figures.change24h)} in 24 h, ${percent(figures.change7d)} in ${week}`,
    `spread ${percent(figures.spread)} (${figures.spreadSource})`,
  ];
}

/** Quote currency traded in the last `bars` bars, each at its typical price. */
function turnover({ high, low, close, volume, length }: Series, bars: number): number {
  let total = 0;
  for (let i = Math.max(0, length - bars); i < length; i += 1)
    total += (volume[i]! * (high[i]! + low[i]! + close[i]!)) / 3;
  return total;
}

/** Change of the close over `bars` bars, or since the first close when the series is shorter. */
function change({ close, length }: Series, bars: number): number {
  return length === 0 ? 0 : close[length - 1]! / close[Math.max(0, length - 1 - bars)]! - 1;
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
const money = (amount: number): string => String(Math.round(amount));

import { AppError } from '../../errors.ts';
import { coverageOf } from '../../market/coverage.ts';
import { type Series } from '../../market/series.ts';
import { sliceSeries } from '../../market/slice-series.ts';
import { timeframeMs } from '../../market/timeframe.ts';
import { dailyReturns } from '../../statistics/daily-returns.ts';
import { deflatedSharpe } from '../../statistics/deflated-sharpe.ts';
import { probabilisticSharpe, sharpeSample } from '../../statistics/probabilistic-sharpe.ts';
import { type RejectedSignalReason, type Simulation, type Window } from '../result.ts';
import { drawdownOf } from './drawdown.ts';
import { annualVolatility, DAYS_PER_YEAR, notAnnualised, sharpeRatio, sortinoRatio } from '../../statistics/sharpe.ts';
import { tailRisk } from './tail-risk.ts';
import { volumeShareOf, type VolumeShare } from './volume-share.ts';
import { tradeStatistics, type TradeStatistics } from './trade-statistics.ts';

/** Metrics of a backtest report. Fractions unless a unit is given; undefined values are null, never a sentinel. */
export interface Metrics extends TradeStatistics {
  /** Open of the first bar and close of the last, epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly bars: number;
  readonly coverage: number;
  /** Share of bars at whose close a position was open. */
  readonly exposure: number;
  /** Quote currency. */
  readonly feesPaid: number;
  readonly finalEquity: number;
  readonly totalReturn: number;
  /** Return of buying at the first open and holding to the last close, without costs. */
  readonly buyAndHold: number;
  /** UTC days of the equity curve. */
  readonly days: number;
  /** Why `cagr`, `annualVolatility`, `sharpe`, `sortino` and `calmar` are null: fewer than 30 days. Null when they are not. */
  readonly notAnnualised: string | null;
  /** Also null when all cash is lost. */
  readonly cagr: number | null;
  readonly annualVolatility: number | null;
  readonly sharpe: number | null;
  /** Of daily returns, not annualised; null when they do not vary. */
  readonly dailySharpe: number | null;
  /** Probability that the true Sharpe ratio is above zero. */
  readonly probabilisticSharpe: number | null;
  /** Probability that it exceeds the expected maximum of all trials by luck; null when no trials were given. */
  readonly deflatedSharpe: number | null;
  /** Number of trials used for the deflation. */
  readonly trials: number | null;
  readonly sortino: number | null;
  /** CAGR / maximum drawdown. */
  readonly calmar: number | null;
  readonly maxDrawdown: number;
  readonly averageDrawdown: number | null;
  readonly maxDrawdownMs: number;
  readonly averageDrawdownMs: number | null;
  /** 95 %, of daily returns; a loss is positive. */
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
  readonly ambiguousTrades: number;
  /** Total return with every ambiguous bar resolved against us (equal to `totalReturn`), and in our favour. */
  readonly worstCaseReturn: number;
  readonly bestCaseReturn: number;
  /** Null when the series has no volume. */
  readonly volumeShare: VolumeShare | null;
  readonly rejectedSignals: Readonly<Record<RejectedSignalReason, number>>;
}

export interface MetricsOptions {
  readonly initialCash: number;
  /** Daily (not annualised) Sharpe ratios of all trials of the search, including this one. */
  readonly trialSharpes?: readonly number[];
}

/**
 * @param window the simulated window.
 * @throws AppError `internal` when simulation and window do not match.
 */
export function computeMetrics(
  simulation: Simulation,
  series: Series,
  window: Window,
  { initialCash, trialSharpes }: MetricsOptions,
): Metrics {
  const { trades, equity } = simulation;
  const part = sliceSeries(series, window.from, window.to);
  if (equity.length !== part.length || part.length === 0) {
    throw new AppError(
      'internal',
      `a simulation of ${equity.length} bars does not belong to a window of ${part.length}`,
    );
  }
  const barMs = timeframeMs(series.timeframe);
  const returns = dailyReturns(part.time, equity, series.timeframe, initialCash);
  const drawdown = drawdownOf(equity, initialCash, barMs);
  const finalEquity = equity.at(-1)!;
  const totalReturn = finalEquity / initialCash - 1;
  const reason = notAnnualised(returns.length);
  const annualised = (figure: (returns: readonly number[]) => number | null): number | null =>
    reason === null ? figure(returns) : null;
  const cagr = annualised(() => annualGrowth(1 + totalReturn, (part.length * barMs) / DAY_MS));
  return {
    start: part.time[0]!,
    end: part.time.at(-1)! + barMs,
    bars: part.length,
    coverage: coverageOf(part).coverage,
    exposure: simulation.exposedBars / part.length,
    feesPaid: trades.reduce((total, trade) => total + trade.fees, 0),
    finalEquity,
    totalReturn,
    buyAndHold: part.close.at(-1)! / part.open[0]! - 1,
    cagr,
    days: returns.length,
    notAnnualised: reason,
    annualVolatility: annualised(annualVolatility),
    sharpe: annualised(sharpeRatio),
    dailySharpe: sharpeSample(returns)?.sharpe ?? null,
    probabilisticSharpe: probabilisticSharpe(returns, 0),
    deflatedSharpe: trialSharpes ? deflatedSharpe(returns, trialSharpes) : null,
    trials: trialSharpes?.length ?? null,
    sortino: annualised(sortinoRatio),
    calmar: cagr !== null && drawdown.max > 0 ? cagr / drawdown.max : null,
    maxDrawdown: drawdown.max,
    averageDrawdown: drawdown.average,
    maxDrawdownMs: drawdown.maxDurationMs,
    averageDrawdownMs: drawdown.averageDurationMs,
    ...tailRisk(returns),
    ...tradeStatistics(trades),
    ambiguousTrades: trades.filter((trade) => trade.ambiguous).length,
    worstCaseReturn: totalReturn,
    bestCaseReturn: simulation.bestCaseEquity / initialCash - 1,
    volumeShare: volumeShareOf(trades, part),
    rejectedSignals: simulation.rejectedSignals,
  };
}

const DAY_MS = 24 * 60 * 60_000;

function annualGrowth(growth: number, days: number): number | null {
  if (days < 1 || growth <= 0) return null;
  const rate = growth ** (DAYS_PER_YEAR / days) - 1;
  return Number.isFinite(rate) ? rate : null;
}

/** Result of one run of the Python workers' engine. Dollars of a $500 account. */
export interface EngineResult {
  /** Clipped to +-2000. */
  readonly pnl: number;
  readonly trades: number;
  readonly wins: number;
  /** Mean return / standard deviation x root of the number of trades: a t-statistic, not annualised. */
  readonly sharpe: number;
  /** Fraction, 0..1. */
  readonly maxDrawdown: number;
}

/** Bars [from, to) of a frame. Bar numbers inside the window start at 0. */
export interface EngineWindow {
  readonly from: number;
  readonly to: number;
}

export const OPENING_BALANCE = 500;
export const LARGEST_BALANCE = 50_000;
/** Largest margin of a trade, and the limit on the counted profit or loss of a trade. */
export const LARGEST_TRADE = 10_000;
export const SMALLEST_MARGIN = 10;
/** First bar of a window that can trade. */
export const WARMUP_BARS = 200;
/** Trailing distance as a share of the stop distance. */
export const TRAILING_SHARE = 0.8;
/** Share of the margin lost at the liquidation price. */
export const LIQUIDATION_SHARE = 0.9;
/** Liquidation fee, taken from the balance beside the margin; share of the margin. */
export const LIQUIDATION_FEE = 0.1;

const LARGEST_PNL = 2000;
const SMALLEST_VARIANCE = 1e-10;

/** Sums of a run. Returns are profits over margins. */
export interface EngineSums {
  readonly pnl: number;
  readonly trades: number;
  readonly wins: number;
  readonly returns: number;
  readonly squaredReturns: number;
  readonly maxDrawdown: number;
}

export function resultOf({ pnl, trades, wins, returns, squaredReturns, maxDrawdown }: EngineSums): EngineResult {
  let sharpe = 0;
  if (trades > 1) {
    const mean = returns / trades;
    const variance = Math.max(SMALLEST_VARIANCE, squaredReturns / trades - mean * mean);
    sharpe = (mean / Math.sqrt(variance)) * Math.sqrt(trades);
  }
  return {
    pnl: Number.isFinite(pnl) ? Math.min(Math.max(pnl, -LARGEST_PNL), LARGEST_PNL) : -10_000,
    trades,
    wins,
    sharpe: Number.isFinite(sharpe) ? sharpe : 0,
    maxDrawdown: Number.isFinite(maxDrawdown) ? Math.min(Math.max(maxDrawdown, 0), 1) : 1,
  };
}

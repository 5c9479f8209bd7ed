/** What one run of the workers' kernel gives. Dollars of a 500-dollar account. */
export interface EngineResult {
  /** Clipped to +-2000. */
  readonly pnl: number;
  readonly trades: number;
  readonly wins: number;
  /** Mean return over its deviation, times the root of the trades: a t-statistic, not annualised. */
  readonly sharpe: number;
  /** Fraction, 0..1. */
  readonly maxDrawdown: number;
}

/** Bars `from` to `to` (excluded) of a frame. Bars are numbered from 0 within it. */
export interface EngineWindow {
  readonly from: number;
  readonly to: number;
}

export const OPENING_BALANCE = 500;
export const LARGEST_BALANCE = 50_000;
/** The largest margin of a trade, and the largest profit or loss counted for one. */
export const LARGEST_TRADE = 10_000;
export const SMALLEST_MARGIN = 10;
/** The first bar of a window that can trade. */
export const WARMUP_BARS = 200;
/** Distance of the trailing stop, share of the distance of the stop. */
export const TRAILING_SHARE = 0.8;
/** Share of the margin that is gone at the liquidation price. */
export const LIQUIDATION_SHARE = 0.9;
/** What a liquidation takes of the balance beside the margin, share of the margin. */
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

/**
 * Sources of candles and fills: `simulated`: a seeded market; `replay`: candle files; `paper`: a real exchange's data
 * with paper orders; `live`: a real exchange.
 */
export const TRADING_MODES = ['simulated', 'replay', 'paper', 'live'] as const;
export type TradingMode = (typeof TRADING_MODES)[number];

/** The market moves with the wall clock. */
export const isRealTime = (mode: TradingMode): boolean => mode === 'paper' || mode === 'live';

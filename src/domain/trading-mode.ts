/** Where candles and fills come from: a seeded market, candle files, a real exchange with paper orders, a real exchange. */
export const TRADING_MODES = ['simulated', 'replay', 'paper', 'live'] as const;
export type TradingMode = (typeof TRADING_MODES)[number];

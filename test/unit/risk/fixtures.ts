import { type Market } from '../../../src/domain/market/market.ts';
import { type Commitment, type ReviewContext } from '../../../src/domain/risk/review-context.ts';
import { openRiskState } from '../../../src/domain/risk/trading-state.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Wednesday. */
export const NOON = Date.UTC(2025, 0, 8, 12);

export const BTC: Market = {
  symbol: 'BTC-USD',
  base: 'BTC',
  quote: 'USD',
  kind: 'spot',
  tickSize: 0.01,
  stepSize: 1e-8,
  minAmount: 0.000_01,
  minNotional: 1,
  takerFeeRate: 0.012,
  makerFeeRate: 0.006,
};

export const stateWith = (patch: Partial<RiskState> = {}): RiskState => ({
  ...openRiskState({ account: 'paper', time: NOON, equity: 100_000, cash: 100_000, exposure: 0 }),
  ...patch,
});

export const held = (patch: Partial<Commitment> = {}): Commitment => ({
  strategyHash: 'other',
  symbol: 'ETH-USD',
  asset: 'ETH',
  amount: 1,
  value: 3000,
  stopRisk: 90,
  ...patch,
});

export const contextWith = (patch: Partial<ReviewContext> = {}): ReviewContext => ({
  state: stateWith(),
  equity: 100_000,
  cash: 100_000,
  positions: [],
  pendingEntries: [],
  market: BTC,
  price: 50_000,
  lastPrice: 50_000,
  lastCandleTime: NOON - HOUR,
  timeframeMs: HOUR,
  currency: 'USD',
  ordersLastHour: 0,
  ordersToday: 0,
  strategyTrades: [],
  marketTrades: [],
  correlated: [],
  now: NOON,
  ...patch,
});

export const entryWith = (patch: Partial<Intent> = {}): Intent => ({
  id: 'bc-entry',
  account: 'paper',
  strategyHash: 's1',
  symbol: 'BTC-USD',
  timeframe: '1h',
  candleTime: NOON - HOUR,
  side: 'buy',
  purpose: 'entry',
  asOf: NOON,
  referencePrice: 50_000,
  requestedFraction: 0.04,
  volatility: 0.4,
  bracket: { stop: { kind: 'percent', value: 0.03 } },
  because: 'SMA(20) crossed above SMA(50)',
  ...patch,
});

export const exitWith = (patch: Partial<Intent> = {}): Intent => {
  const { bracket: _, ...rest } = entryWith();
  return { ...rest, id: 'bc-exit', side: 'sell', purpose: 'exit', requestedFraction: 0, closeAmount: 0.5, ...patch };
};

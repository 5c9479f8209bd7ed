import { type Market } from '../../../src/domain/market/market.ts';
import { type Commitment, type ReviewContext } from '../../../src/domain/risk/review-context.ts';
import { openRiskState } from '../../../src/domain/risk/trading-state.ts';
import { type RiskLimits } from '../../../src/domain/risk/limits.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Wednesday. */
export const NOON = Date.UTC(2025, 0, 8, 12);

/** The limits of config/risk.yaml. */
export const LIMITS: RiskLimits = {
  maxAssetExposure: 0.05,
  maxTotalExposure: 0.25,
  maxDailyDrawdown: 0.05,
  maxWeeklyDrawdown: 0.1,
  maxPeakDrawdown: 0.15,
  maxOpenPositions: 10,
  maxStrategyExposure: 0.05,
  maxGroupExposure: 0.1,
  groupCorrelation: 0.7,
  maxStopRisk: 0.02,
  reductionTolerance: 1.2,
  maxOrdersPerHour: 30,
  cooldownAfterLosses: 3,
  cooldownCandles: 4,
  stopGuardStops: 4,
  stopGuardCandles: 24,
  lowProfitLoss: 0.02,
  lowProfitTrades: 20,
  lowProfitLockDays: 7,
  minEntryShare: 0.25,
  minEntryMultiple: 5,
  maxOrdersPerDay: 200,
  targetVolatility: 0.5,
  maxVolatility: 3,
  incubationFactor: 0.25,
  maxStopDistance: 0.15,
  maxDataAgeCandles: 3,
  priceCollar: 0.01,
  approvalTtlMs: 2 * HOUR,
};

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
  incubating: false,
  because: 'SMA(20) crossed above SMA(50)',
  ...patch,
});

export const exitWith = (patch: Partial<Intent> = {}): Intent => {
  const { bracket: _, ...rest } = entryWith();
  return { ...rest, id: 'bc-exit', side: 'sell', purpose: 'exit', requestedFraction: 0, closeAmount: 0.5, ...patch };
};

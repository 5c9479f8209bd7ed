import { type Analysis, type Opportunity } from '../../../src/domain/analysis/analysis.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { type Fill, type Order } from '../../../src/domain/orders/order.ts';
import { type Position } from '../../../src/domain/portfolio/position.ts';
import { type Trial } from '../../../src/domain/research/trial.ts';
import { type TrialMetrics } from '../../../src/domain/backtest/metrics/trial-metrics.ts';
import { type Verdict } from '../../../src/domain/risk/verdict.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { type RiskState } from '../../../src/domain/risk/risk-state.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { type AgentState, type DeadLetter, type NodeState, type ScalingAdvice } from '../../../src/ports/records.ts';
import { type Cycle } from '../../../src/domain/research/cycle.ts';
import { type OptimizationResult } from '../../../src/domain/research/optimization.ts';
import { type WorkUnit } from '../../../src/domain/research/work-unit.ts';
import { type Holding } from '../../../src/domain/portfolio/holding.ts';
import { type Strategy } from '../../../src/domain/strategies/strategy.ts';

/** Records with all required fields and no optional ones; each test sets the fields it needs. */

export const T0 = Date.UTC(2024, 0, 1);
export const HOUR = 3_600_000;

export const spec: StrategySpec = {
  family: 'momentum',
  side: 'long',
  entry: {
    all: [
      { left: { indicator: 'rsi', params: { period: 14 } }, op: 'crosses-above', right: { value: 30 } },
      {
        any: [
          { left: { field: 'close' }, op: '>', right: { indicator: 'sma', params: { period: 50 }, output: 'line' } },
        ],
      },
    ],
  },
  stop: { kind: 'atr', period: 14, multiple: 2.5 },
  sizing: { kind: 'fraction', fraction: 0.05 },
};

export const metrics: TrialMetrics = {
  trades: 12,
  wins: 7,
  totalReturn: 0.1234567890123,
  sharpe: null,
  maxDrawdown: 0.05,
  grossProfit: 0.2,
  grossLoss: 0.08,
  profitFactor: 2.5,
  exposure: 0.31,
  fees: 12.5,
  ambiguousTrades: 0,
  dailyReturns: [0.01, -0.02, 0, 1e-17],
};

export function strategy(hash: string, change: Partial<Strategy> = {}): Strategy {
  return {
    hash,
    name: `momentum ${hash}`,
    family: 'momentum',
    parameters: { period: 14, mode: 'fast' },
    spec,
    origin: 'template',
    state: 'candidate',
    stateReason: '',
    createdAt: T0,
    updatedAt: T0,
    ...change,
  };
}

export function trial(id: string, change: Partial<Trial> = {}): Trial {
  return {
    id,
    cycleId: 'c',
    unitId: 'u',
    stage: 'screen',
    strategyHash: 's',
    symbol: 'BTC/USD',
    timeframe: '1h',
    window: { from: 0, to: 500 },
    metrics,
    ...change,
  };
}

export function workUnit(id: string, change: Partial<WorkUnit> = {}): WorkUnit {
  return {
    id,
    cycleId: 'c',
    stage: 'screen',
    symbol: 'BTC/USD',
    timeframe: '1h',
    asOf: T0,
    items: [{ hash: 's', window: { from: 200, to: 900 } }],
    state: 'open',
    ...change,
  };
}

export function optimization(cycleId: string, strategyHash: string): OptimizationResult {
  const window = { from: 0, to: 100 };
  return {
    cycleId,
    strategyHash,
    symbol: 'BTC/USD',
    timeframe: '1h',
    optimizedHash: 'o',
    folds: [{ train: window, test: window, chosenHash: 'x', trainSharpe: null, testMetrics: metrics }],
    outOfSample: { ...metrics, error: 'series too short' },
    gridSize: 81,
    at: T0,
  };
}

export function opportunity(symbol: string, rank: number): Opportunity {
  return {
    symbol,
    rank,
    score: 73.5,
    volume24h: 1.5e9,
    volatility: 0.6,
    change24h: -0.01,
    change7d: 0.04,
    spread: 0.0004,
    spreadSource: 'estimated',
    coverage: 1,
    accepted: true,
    reasons: ['liquid'],
  };
}

export function analysis(symbol: string, change: Partial<Analysis> = {}): Analysis {
  return {
    symbol,
    timeframe: '1h',
    asOf: T0,
    price: 42_000.5,
    indicators: {
      rsi14: 55.5,
      macd: { line: 1, signal: 0.5, histogram: 0.5 },
      bollinger: { upper: 3, middle: 2, lower: 1, percentB: 0.4 },
      atr14: 120,
      sma50: 41_000,
      sma200: 40_000,
      adx14: 22,
    },
    levels: [{ price: 41_500, touches: 3, kind: 'support' }],
    regime: 'trending-up',
    volatility: 0.55,
    score: 40,
    reasons: [],
    ...change,
  };
}

export function cycle(id: string, change: Partial<Cycle> = {}): Cycle {
  return {
    id,
    inputsHash: `inputs of ${id}`,
    run: 1,
    account: 'paper',
    mode: 'simulated',
    source: 'simulated',
    symbols: ['BTC/USD', 'ETH/USD'],
    timeframe: '1h',
    seed: 42,
    asOf: T0,
    settles: true,
    state: 'running',
    phases: [],
    startedAt: T0,
    ...change,
  };
}

export function holding(account: string, strategyHash: string, change: Partial<Holding> = {}): Holding {
  return {
    account,
    strategyHash,
    symbol: 'BTC/USD',
    timeframe: '1h',
    state: 'active',
    reason: 'deflated Sharpe ratio 0.97',
    rank: 1,
    cycleId: 'c',
    outOfSample: metrics,
    updatedAt: T0,
    ...change,
  };
}

const identity = {
  strategyHash: 's',
  symbol: 'BTC/USD',
  timeframe: '1h',
  candleTime: T0,
  side: 'buy',
  purpose: 'entry',
} as const;

export function intent(account: string, id: string, change: Partial<Intent> = {}): Intent {
  return {
    ...identity,
    id,
    account,
    asOf: T0 + HOUR,
    referencePrice: 42_000,
    requestedFraction: 0.05,
    volatility: 0.6,
    because: 'rsi crossed above 30',
    ...change,
  };
}

export function verdict(intentId: string, change: Partial<Verdict> = {}): Verdict {
  return {
    intentId,
    decision: 'approve',
    amount: 0.01,
    reasons: [{ code: 'ok', text: 'inside all limits' }],
    ...change,
  };
}

export function approval(id: string, change: Partial<Approval> = {}): Approval {
  return {
    id,
    account: 'paper',
    intentId: 'i',
    strategyHash: 'a',
    symbol: 'BTC/USD',
    timeframe: '1h',
    side: 'buy',
    purpose: 'entry',
    type: 'market',
    amount: 0.01,
    asOf: T0,
    expiresAt: T0 + HOUR,
    epoch: 0,
    nonce: 'n',
    signature: 'ab'.repeat(32),
    ...change,
  };
}

export function order(account: string, clientOrderId: string, change: Partial<Order> = {}): Order {
  return {
    ...identity,
    account,
    clientOrderId,
    type: 'market',
    amount: 0.01,
    state: 'intended',
    filledAmount: 0,
    fees: 0,
    createdAt: T0,
    updatedAt: T0,
    ...change,
  };
}

export function fill(account: string, id: string, change: Partial<Fill> = {}): Fill {
  return {
    id,
    account,
    clientOrderId: 'o',
    strategyHash: 's',
    symbol: 'BTC/USD',
    side: 'buy',
    purpose: 'entry',
    amount: 0.01,
    price: 42_000.123456789,
    fee: 2.52,
    time: T0,
    ...change,
  };
}

export function position(account: string, strategyHash: string, change: Partial<Position> = {}): Position {
  return {
    account,
    strategyHash,
    symbol: 'BTC/USD',
    amount: 0.01,
    averagePrice: 42_000,
    realisedPnl: -1.25,
    fees: 2.5,
    openedAt: null,
    updatedAt: T0,
    ...change,
  };
}

export function riskState(account: string, change: Partial<RiskState> = {}): RiskState {
  return {
    account,
    version: 1,
    tradingState: 'ACTIVE',
    stateReason: '',
    stateSetBy: 'start',
    riskBudget: 1,
    stance: 'neutral',
    peakEquity: 10_000,
    dayStart: T0,
    dayStartEquity: 10_000,
    weekStart: T0,
    weekStartEquity: 10_000,
    updatedAt: T0,
    ...change,
  };
}

export function agentState(agent: string, node: string, change: Partial<AgentState> = {}): AgentState {
  return {
    agent,
    node,
    status: 'idle',
    lastSeen: T0,
    startedAt: T0,
    completed: 0,
    failed: 0,
    busyMs: 0,
    ...change,
  };
}

export function nodeState(node: string, change: Partial<NodeState> = {}): NodeState {
  return {
    node,
    host: 'localhost',
    pid: 4711,
    queues: ['backtest', 'optimizer'],
    concurrency: 4,
    cores: 2,
    cpu: 0.25,
    memoryBytes: 5_000_000_000,
    totalMemoryBytes: 16_000_000_000,
    busyJobs: 3,
    version: '1.2.3',
    platform: 'linux x64 node 20.20.0',
    draining: false,
    startedAt: T0,
    lastSeen: T0,
    ...change,
  };
}

export function scalingAdvice(queue: string, change: Partial<ScalingAdvice> = {}): ScalingAdvice {
  return {
    queue,
    depth: 10,
    active: 2,
    oldestWaitingSeconds: 1.5,
    serviceSeconds: 0.25,
    slotsPerNode: 2,
    serial: false,
    wanted: 4,
    demand: 3.25,
    lowSince: null,
    lowPeak: 0,
    at: T0,
    ...change,
  };
}

export function deadLetter(jobId: string, change: Partial<DeadLetter> = {}): DeadLetter {
  return {
    queue: 'backtest',
    jobId,
    name: 'unit',
    code: 'worker-lost',
    reason: 'the worker died',
    advice: 'retry it',
    attempts: 3,
    data: { 'a.b': { $c: [1, null, 'x'] } },
    failedAt: T0,
    ...change,
  };
}

export const market: Market = {
  symbol: 'BTC/USD',
  base: 'BTC',
  quote: 'USD',
  kind: 'spot',
  tickSize: 0.01,
  stepSize: 1e-8,
  minAmount: 1e-6,
  minNotional: 1,
  takerFeeRate: 0.012,
  makerFeeRate: 0.006,
};

export function candle(time: number, close = 42_000.1): Candle {
  return { time, open: 42_000, high: 42_100.25, low: 41_900.75, close, volume: 1.234567890123e-3 };
}

/** Makes `count` concurrent calls. */
export function together<T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => call(i)));
}

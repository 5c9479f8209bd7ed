import { type Config } from '../../config/schema.ts';
import { createEngine } from '../../src/domain/backtest/engine/engine.ts';
import { type CandleColumns } from '../../src/domain/market/candle-columns.ts';
import { seriesOfColumns } from '../../src/domain/market/build-series.ts';
import { type Market } from '../../src/domain/market/market.ts';
import { resample } from '../../src/domain/market/resample.ts';
import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { createSimulation } from '../../src/domain/simulation/simulation.ts';
import { line } from '../../src/domain/strategies/families/rule-words.ts';
import { hashSpec } from '../../src/domain/strategies/hash-spec.ts';
import { type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { strategyOf } from '../../src/domain/strategies/strategy.ts';
import { type AppContext } from '../../src/runtime/context.ts';
import { BENCH_MODEL } from '../engine/bench-market.ts';

export const MARKETS = 10;
export const STRATEGIES = 20;
export const TIMEFRAME: Timeframe = '1h';
export const HOUR_MS = 3_600_000;
const BASE_BARS = 12;
const START = Date.UTC(2025, 0, 1);
/** Candles before the first tick, for the warm-up of the strategies. */
export const HISTORY = 400;
export const FIRST_CLOSE = START + HISTORY * HOUR_MS;

/** Limits that the orders of the benchmark do not reach: it measures how long orders take, not which are refused. */
export const openLimits = (risk: Config['risk']): Config['risk'] => ({
  ...risk,
  maxDailyDrawdown: 1,
  maxWeeklyDrawdown: 1,
  maxPeakDrawdown: 1,
  maxOpenPositions: STRATEGIES,
  maxOrdersPerHour: 1000,
  maxOrdersPerDay: 1000,
  maxStopRisk: 1,
  cooldownCandles: 0,
  stopGuardCandles: 0,
  lowProfitLockDays: 0,
  targetVolatility: 1000,
  maxVolatility: 1000,
});

/** Hourly candles of a market with a path of its own. */
function candlesOf(n: number, hours: number): CandleColumns {
  const simulation = createSimulation({ seed: n + 1, startTime: START });
  return resample(seriesOfColumns('BTC-USD', '5m', simulation.candles('BTC-USD', 0, hours * BASE_BARS)), TIMEFRAME);
}

/** Crossing averages, each strategy with periods of its own, so that signals come on different candles. */
function specOf(n: number): StrategySpec {
  const fast = line('ema', { period: 3 + (n % MARKETS) });
  const slow = line('ema', { period: 2 * (3 + (n % MARKETS)) + Math.floor(n / MARKETS) * 3 });
  return {
    family: 'trend-following',
    side: 'long',
    entry: { left: fast, op: 'crosses-above', right: slow },
    exit: { left: fast, op: 'crosses-below', right: slow },
    stop: { kind: 'percent', value: 0.05 },
    sizing: { kind: 'fraction', fraction: 0.01 },
  };
}

/** Stores ten markets with `ticks` candles after the history, and two strategies on each of them. */
export async function fillCompany({ stores, descriptor, clock }: AppContext, ticks: number): Promise<void> {
  const { account, source } = descriptor;
  for (let n = 0; n < MARKETS; n += 1) {
    const market: Market = { ...BENCH_MODEL.market, symbol: `COIN${n}-USD`, base: `COIN${n}` };
    const candles = candlesOf(n, HISTORY + ticks);
    await stores.candles.saveMarket(source, market, TIMEFRAME);
    await stores.candles.put(source, market.symbol, TIMEFRAME, candles);
    const engine = createEngine(seriesOfColumns(market.symbol, TIMEFRAME, candles));
    for (const spec of [specOf(n), specOf(n + MARKETS)]) {
      const [hash, now, { symbol }] = [hashSpec(spec), clock.now(), market];
      const draft = { hash, spec, family: 'trend-following', parameters: {}, origin: 'template' } as const;
      await stores.strategies.addMany([strategyOf(draft, now)]);
      await stores.portfolio.put({
        ...{ account, strategyHash: hash, symbol, timeframe: TIMEFRAME, state: 'active', reason: 'benchmark' },
        ...{ rank: n, cycleId: 'benchmark', outOfSample: engine.measure(spec, BENCH_MODEL), updatedAt: now },
      });
    }
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marketFill } from '../../../src/domain/backtest/fills.ts';
import { bracketOf } from '../../../src/domain/strategies/protection.ts';
import { type FillModel, type Trade } from '../../../src/domain/backtest/result.ts';
import { simulate } from '../../../src/domain/backtest/oracle/simulate.ts';
import { affordableQuantity, committedShare } from '../../../src/domain/strategies/sizing.ts';
import { createIndicatorCache } from '../../../src/domain/indicators/indicator-cache.ts';
import { buildSeries } from '../../fixtures/build-series.ts';
import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Series } from '../../../src/domain/market/series.ts';
import { clientOrderId } from '../../../src/domain/orders/client-order-id.ts';
import {
  openAccount,
  openOrdersOf,
  valueOf,
  type VenueFill,
} from '../../../src/domain/portfolio/paper-venue/account.ts';
import { onCandle } from '../../../src/domain/portfolio/paper-venue/on-candle.ts';
import { submitOrder } from '../../../src/domain/portfolio/paper-venue/requests.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { compileRules } from '../../../src/domain/strategies/compile-rules.ts';
import { type Condition, type Distance, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { firstSignalBar } from '../../../src/domain/strategies/warmup-bars.ts';
import { HOUR, MARKET, PERPETUAL } from './venue-fixtures.ts';
import { entrySide, exitSide } from '../../../src/domain/market/side.ts';

/** A volatile walk with jumps between bars and missing candles. */
function randomSeries(seed: number, symbol: string): Series {
  const rng = createRng(seed);
  const candles: Candle[] = [];
  const cents = (price: number) => Math.max(1, Math.round(price * 100) / 100);
  let price = 100;
  for (let i = 0; i < 160; i += 1) {
    const open = cents(price * Math.exp(rng.next() < 0.1 ? 0.05 * rng.normal() : 0));
    const close = cents(open * Math.exp(0.015 * rng.normal()));
    const high = cents(Math.max(open, close) * (1 + 0.01 * rng.next()));
    const low = cents(Math.min(open, close) * (1 - 0.01 * rng.next()));
    if (i === 0 || rng.next() > 0.06) candles.push({ time: i * HOUR, open, high, low, close, volume: 1 });
    price = close;
  }
  return buildSeries(symbol, '1h', candles);
}

/**
 * Sends a spec's signals to the venue bar by bar, as analyst, risk manager and trader would. They, not the venue,
 * choose the size: the amount is the engine's size at the fill, the only value taken from the next open.
 */
function playOnPaper(series: Series, spec: StrategySpec, model: FillModel) {
  const { market, initialCash } = model;
  const cache = createIndicatorCache(series);
  const rules = compileRules(spec, cache);
  const firstSignal = firstSignalBar(spec, series);
  let account = openAccount('paper', initialCash, market.quote);
  const fills: VenueFill[] = [];
  const equity: number[] = [];

  for (let i = 0; i < series.length; i += 1) {
    const candle = {
      time: series.time[i]!,
      open: series.open[i]!,
      high: series.high[i]!,
      low: series.low[i]!,
      close: series.close[i]!,
      volume: series.volume[i]!,
    };
    const isPrinted = series.filled[i] === 0;
    const step = onCandle(account, { candle, filled: !isPrinted, barMs: HOUR }, model);
    account = step.account;
    fills.push(...step.fills);
    equity.push(valueOf(account).equity);

    const identity = { strategyHash: 's1', symbol: market.symbol, timeframe: '1h', candleTime: candle.time } as const;
    const send = (side: 'buy' | 'sell', purpose: 'entry' | 'exit', amount: number, more = {}) => {
      const id = clientOrderId({ ...identity, side, purpose });
      const { strategyHash, symbol } = identity;
      const request = {
        account: 'paper',
        clientOrderId: id,
        strategyHash,
        symbol,
        side,
        type: 'market',
        purpose,
        amount,
        ...more,
      } as const;
      account = submitOrder(account, request, market, candle.time + HOUR).account;
    };
    const position = Object.values(account.positions)[0];
    if (position) {
      const leaving = openOrdersOf(account).some(
        ({ purpose, parentId }) => purpose === 'exit' && parentId === undefined,
      );
      if (isPrinted && rules.exit(i) && !leaving) send(exitSide(spec.side), 'exit', Math.abs(position.amount));
    } else if (openOrdersOf(account).length === 0 && i >= firstSignal && isPrinted && rules.entry(i)) {
      const next = series.filled.indexOf(0, i + 1);
      if (next < 0) continue;
      const atrAt = (period: number) => cache.column('atr', { period })[i]!;
      const price = marketFill(entrySide(spec.side), series.open[next]!, model);
      const committed = Number(account.cash) * committedShare(spec.sizing, candle.close, atrAt);
      const amount = affordableQuantity(committed, price, market);
      send(entrySide(spec.side), 'entry', amount, { bracket: bracketOf(spec, atrAt) });
    }
  }
  return { account, fills, equity };
}

function tradesOf(fills: readonly VenueFill[]): Trade[] {
  const trades: Trade[] = [];
  for (let i = 0; i + 1 < fills.length; i += 2) {
    const [entry, exit] = [fills[i]!, fills[i + 1]!];
    expect([entry.cause, exit.amount]).toEqual(['entry', entry.amount]);
    const direction = entry.side === 'buy' ? 1 : -1;
    const fees = entry.fee + exit.fee;
    trades.push({
      side: direction === 1 ? 'long' : 'short',
      entryTime: entry.time,
      entryPrice: entry.price,
      exitTime: Math.floor(exit.time / HOUR) * HOUR,
      exitPrice: exit.price,
      quantity: entry.amount,
      fees,
      pnl: direction * (exit.price - entry.price) * entry.amount - fees,
      reason: exit.cause as Trade['reason'],
      ambiguous: exit.ambiguous,
    });
  }
  return trades;
}

const rsi = { indicator: 'rsi', params: { period: 5 }, output: 'value' } as const;
const sma = (period: number) => ({ indicator: 'sma', params: { period }, output: 'value' }) as const;
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    left: fc.constant(rsi),
    op: fc.constantFrom('>' as const, '<' as const, 'crosses-above' as const),
    right: fc.record({ value: fc.integer({ min: 25, max: 75 }) }),
  }),
  fc.record({
    left: fc.constant({ field: 'close' as const }),
    op: fc.constantFrom('>' as const, '<=' as const, 'crosses-below' as const),
    right: fc.integer({ min: 2, max: 20 }).map(sma),
  }),
);
const distance: fc.Arbitrary<Distance> = fc.oneof(
  fc.record({ kind: fc.constant('percent' as const), value: fc.double({ min: 0.003, max: 0.08, noNaN: true }) }),
  fc.record({
    kind: fc.constant('atr' as const),
    period: fc.integer({ min: 2, max: 5 }),
    multiple: fc.double({ min: 0.3, max: 4, noNaN: true }),
  }),
);
const spec: fc.Arbitrary<StrategySpec> = fc.record(
  {
    family: fc.constant('momentum' as const),
    side: fc.constantFrom('long' as const, 'short' as const),
    entry: condition,
    exit: condition,
    stop: distance,
    target: distance,
    trailing: distance,
    maxHoldBars: fc.integer({ min: 1, max: 12 }),
    sizing: fc.oneof(
      fc.record({ kind: fc.constant('fraction' as const), fraction: fc.constantFrom(0.0004, 0.05, 0.5, 1) }),
      fc.record({
        kind: fc.constant('volatility' as const),
        period: fc.constant(4),
        risk: fc.constantFrom(0.005, 0.02),
        cap: fc.constantFrom(0.1, 0.9),
      }),
    ),
  },
  { requiredKeys: ['family', 'side', 'entry', 'stop', 'sizing'] },
);

describe('paper venue and backtest', () => {
  it('give the same trades for random specs on random series', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        spec,
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(0, 0.0005, 0.02),
        fc.boolean(),
        (drawn, seed, slippageRate, priceImprovement) => {
          const market = drawn.side === 'short' ? PERPETUAL : MARKET;
          const model: FillModel = {
            market,
            slippageRate,
            stopRangeShare: 0.02,
            priceImprovement,
            initialCash: 10_000,
          };
          const series = randomSeries(seed, market.symbol);
          const expected = simulate(series, drawn, model);
          const paper = playOnPaper(series, drawn, model);

          const closed = expected.trades.filter(({ reason }) => reason !== 'end-of-data');
          const actual = tradesOf(paper.fills);
          expect(actual.map(({ pnl: _, ...rest }) => rest)).toEqual(closed.map(({ pnl: _, ...rest }) => rest));
          for (const [i, { pnl }] of actual.entries()) expect(pnl).toBeCloseTo(closed[i]!.pnl, 6);
          for (const { reason, ambiguous } of closed) seen.add(ambiguous ? 'ambiguous' : reason);

          expect(paper.account.rejected['below-minimum'] ?? 0).toBe(expected.rejectedSignals['below-minimum']);
          expect(paper.account.rejected['insufficient-funds'] ?? 0).toBe(
            expected.rejectedSignals['insufficient-funds'],
          );
          // The backtest closes open positions at the end; until then both accounts have equal value at every close.
          for (let i = 0; i < series.length - 1; i += 1) expect(paper.equity[i]).toBeCloseTo(expected.equity[i]!, 6);
        },
      ),
      { numRuns: 200 },
    );
    expect([...seen].sort()).toEqual(['ambiguous', 'max-hold', 'signal', 'stop', 'target', 'trailing-stop']);
  });
});

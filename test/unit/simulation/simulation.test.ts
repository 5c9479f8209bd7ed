import { rowsOf } from '../../fixtures/candle-rows.ts';
import { describe, expect, it } from 'vitest';
import { REGIMES, type Regime } from '../../../src/domain/analysis/analysis.ts';
import { type Candle, candleFault } from '../../../src/domain/market/candle.ts';
import { createSimulation } from '../../../src/domain/simulation/simulation.ts';

const START = Date.UTC(2025, 0, 1);
const DAY = 288;
const simulate = (seed: number | string = 7) => createSimulation({ seed, startTime: START });

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    ab += (value - ma) * (b[i]! - mb);
    aa += (value - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

const returns = (candles: readonly Candle[]) => candles.map(({ open, close }) => Math.log(close / open));
const isMultiple = (value: number, increment: number) => {
  const units = value / increment;
  return Math.abs(units - Math.round(units)) <= 1e-6 + units * 1e-12;
};

describe('the simulated market', () => {
  it('gives every process the same candles, books and trades from the seed alone', () => {
    const [a, b] = [simulate(), simulate()];
    for (const { symbol } of a.markets) {
      expect(rowsOf(a.candles(symbol, 0, 2 * DAY))).toEqual(rowsOf(b.candles(symbol, 0, 2 * DAY)));
      expect(a.trades(symbol, START + 300_000 * 50)).toEqual(b.trades(symbol, START + 300_000 * 50));
      expect(a.orderBook(symbol, START + 12_345_678)).toEqual(b.orderBook(symbol, START + 12_345_678));
    }
    expect(rowsOf(simulate(8).candles('BTC-USD', 0, DAY))).not.toEqual(rowsOf(a.candles('BTC-USD', 0, DAY)));
  });

  it('gives the same values in random and sequential order, also after cache eviction', () => {
    const whole = rowsOf(simulate().candles('ETH-USD', 0, 420 * DAY));
    const fresh = simulate();
    for (const from of [419 * DAY + 17, 3, 200 * DAY - 5, 0, 418 * DAY]) {
      expect(rowsOf(fresh.candles('ETH-USD', from, 40))).toEqual(whole.slice(from, from + 40));
    }
  });

  it('gives valid candles on the market grid, each opening at the previous close', () => {
    const simulation = simulate();
    for (const { symbol, tickSize, stepSize, minAmount } of simulation.markets) {
      const candles = rowsOf(simulation.candles(symbol, 0, 60 * DAY));
      const faults = candles.map(candleFault).filter((fault) => fault !== null);
      expect(faults, symbol).toEqual([]);
      expect(candles.every((c) => [c.open, c.high, c.low, c.close].every((p) => isMultiple(p, tickSize)))).toBe(true);
      expect(candles.every((c) => isMultiple(c.volume, stepSize) && c.volume >= minAmount)).toBe(true);
      expect(candles.every((c, i) => c.time === START + i * 300_000)).toBe(true);
      expect(candles.slice(1).every((c, i) => c.open === candles[i]!.close)).toBe(true);
    }
  });

  it('moves its markets together, but not in lockstep', () => {
    const simulation = simulate();
    const series = simulation.markets.map(({ symbol }) => returns(rowsOf(simulation.candles(symbol, 0, 90 * DAY))));
    for (let i = 0; i < series.length; i += 1) {
      for (let j = i + 1; j < series.length; j += 1) {
        const value = correlation(series[i]!, series[j]!);
        expect(value).toBeGreaterThan(0.15);
        expect(value).toBeLessThan(0.85);
      }
    }
  });

  it('visits every regime in every market, and stormy ones are more volatile than calm ones', () => {
    const simulation = simulate();
    for (const { symbol } of simulation.markets) {
      const squares = new Map(REGIMES.map((regime) => [regime, { sum: 0, bars: 0 }]));
      for (const [i, r] of returns(rowsOf(simulation.candles(symbol, 0, 240 * DAY))).entries()) {
        const of = squares.get(simulation.regime(symbol, i))!;
        of.sum += r * r;
        of.bars += 1;
      }
      for (const [regime, { bars }] of squares) expect(bars, `${symbol} ${regime}`).toBeGreaterThan(DAY);
      const variance = (regime: Regime) => squares.get(regime)!.sum / squares.get(regime)!.bars;
      expect(variance('stormy')).toBeGreaterThan(4 * variance('calm'));
    }
  });

  it('has fat tails, clustered volatility, and volume that rises with both', () => {
    const candles = rowsOf(simulate().candles('BTC-USD', 0, 180 * DAY));
    const r = returns(candles);
    const second = r.reduce((sum, x) => sum + x ** 2, 0) / r.length;
    const fourth = r.reduce((sum, x) => sum + x ** 4, 0) / r.length;
    expect(fourth / second ** 2).toBeGreaterThan(4);
    const size = r.map(Math.abs);
    expect(correlation(size.slice(0, -1), size.slice(1))).toBeGreaterThan(0.1);
    expect(
      correlation(
        size,
        candles.map(({ volume }) => volume),
      ),
    ).toBeGreaterThan(0.3);
  });

  it('keeps prices within a factor of five of the start price for two years', () => {
    const simulation = simulate(3);
    const first = simulation.markets.map(({ symbol }) => rowsOf(simulation.candles(symbol, 0, 1))[0]!.open);
    for (let day = 0; day < 2 * 365; day += 30) {
      for (const [i, { symbol }] of simulation.markets.entries()) {
        const ratio = rowsOf(simulation.candles(symbol, day * DAY, 1))[0]!.close / first[i]!;
        expect(Math.abs(Math.log(ratio))).toBeLessThan(Math.log(5));
      }
    }
  });

  it('trends long enough for a moving-average cross on hourly bars to earn more than real fees', () => {
    const simulation = simulate();
    const growth = simulation.markets.map(({ symbol }) => {
      const closes = rowsOf(simulation.candles(symbol, 0, 240 * DAY))
        .filter((_, i) => i % 12 === 11)
        .map(({ close }) => close);
      const mean = (end: number, length: number) => closes.slice(end - length, end).reduce((a, b) => a + b, 0) / length;
      let [equity, entry] = [1, 0];
      for (let i = 96; i < closes.length; i += 1) {
        const rising = mean(i, 24) > mean(i, 96) * 1.01;
        if (entry === 0 && rising) entry = closes[i]!;
        if (entry > 0 && mean(i, 24) < mean(i, 96)) {
          equity *= (closes[i]! / entry) * (1 - 0.012) ** 2;
          entry = 0;
        }
      }
      return equity;
    });
    expect(growth.filter((equity) => equity > 1.2).length).toBeGreaterThanOrEqual(6);
  });

  it('refuses unknown markets and times before its start', () => {
    const simulation = simulate();
    expect(() => rowsOf(simulation.candles('BTC-EUR', 0, 1))).toThrow("no market 'BTC-EUR'");
    expect(() => rowsOf(simulation.candles('BTC-USD', -1, 1))).toThrow('there is no bar -1');
    expect(() => simulation.trades('BTC-USD', START - 1)).toThrow('before the simulation');
    expect(() => createSimulation({ seed: 1, startTime: START + 1 })).toThrow('multiple of five minutes');
  });
});

describe('trades and books', () => {
  const simulation = simulate();

  it('trades add up to the volume of their candle and touch its open, high, low and close', () => {
    for (const market of simulation.markets) {
      for (const candle of rowsOf(simulation.candles(market.symbol, 500, 60))) {
        const prints = simulation.trades(market.symbol, candle.time);
        const total = prints.reduce((sum, { amount }) => sum + amount, 0);
        expect(Math.abs(total - candle.volume)).toBeLessThanOrEqual(market.stepSize * 1e-3 + candle.volume * 1e-9);
        const prices = prints.map(({ price }) => price);
        expect([prices[0], prices.at(-1), Math.max(...prices), Math.min(...prices)]).toEqual([
          candle.open,
          candle.close,
          candle.high,
          candle.low,
        ]);
        expect(prints.every(({ amount }) => amount > 0)).toBe(true);
        expect(prints.every(({ time }, i) => time >= (prints[i - 1]?.time ?? candle.time))).toBe(true);
        expect(prints.at(-1)!.time).toBeLessThan(candle.time + simulation.barMs);
      }
    }
  });

  it('a book is sorted, on the grid, uncrossed, and wider in stormy than in calm markets', () => {
    const spreads: Record<'calm' | 'stormy', number[]> = { calm: [], stormy: [] };
    for (const { symbol, tickSize, minAmount } of simulation.markets) {
      for (let index = 20; index < 120 * DAY; index += 131) {
        const { bids, asks } = simulation.orderBook(symbol, START + index * simulation.barMs + 1000);
        expect(asks[0]!.price).toBeGreaterThan(bids[0]!.price);
        for (const side of [bids, asks]) {
          expect(side.length).toBeGreaterThan(10);
          expect(side.every(({ price, amount }) => isMultiple(price, tickSize) && amount >= minAmount)).toBe(true);
        }
        expect(bids.slice(1).every(({ price }, i) => price < bids[i]!.price)).toBe(true);
        expect(asks.slice(1).every(({ price }, i) => price > asks[i]!.price)).toBe(true);
        const regime = simulation.regime(symbol, index);
        if (regime === 'calm' || regime === 'stormy') spreads[regime].push(asks[0]!.price / bids[0]!.price - 1);
      }
    }
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(spreads.stormy)).toBeGreaterThan(1.5 * mean(spreads.calm));
  });

  it('a book at a bar boundary is centred on the last close', () => {
    const [last] = rowsOf(simulation.candles('BTC-USD', 99, 1));
    const { bids, asks } = simulation.orderBook('BTC-USD', last!.time + simulation.barMs - 1);
    expect(bids[0]!.price).toBeLessThan(last!.close);
    expect(asks[0]!.price).toBeGreaterThan(last!.close);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { createEngine } from '../../../src/domain/backtest/engine/engine.ts';
import { describedMarket, marketKind, type MarketSettings } from '../../../src/domain/market/described-market.ts';
import { printedPrices, undescribedTick } from '../../../src/domain/market/market-limits.ts';
import { kindByName } from '../../../src/domain/market/market-name.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { seriesOf } from './series-fixture.ts';

const { exchange } = loadConfig({ directory: 'config', environment: {} });
const settings = (markets: MarketSettings['markets']): MarketSettings => ({
  markets: { '*': { kind: 'spot', minNotional: 1 }, ...markets },
  fees: { taker: 0.012, maker: 0.006 },
});
const printed = (fractionDigits: number, lowest: number, highest = lowest) => ({ fractionDigits, lowest, highest });

describe('the tick of a market that nobody has described', () => {
  it.each([
    // Dogecoin at 0.085 with five decimals, a coin at 8e-6, Shiba Inu, Bitcoin with cents, whole prices, huge ones.
    [5, 0.085, 0.000001],
    [10, 0.000008, 1e-10],
    [8, 0.00001234, 1e-9],
    [2, 40_000, 0.01],
    [0, 100, 0.01],
    [0, 5e10, 1],
    [1, 9.99, 0.0001],
    [1, 10, 0.001],
  ])('with %d decimals and a lowest price of %d is %d', (fractionDigits, lowest, tick) => {
    expect(undescribedTick(printed(fractionDigits, lowest))).toBe(tick);
  });

  it('costs a round trip at an unchanged price at most 0.02 % beyond fees and slippage, from 1e-8 to 1e6', () => {
    const spec: StrategySpec = {
      family: 'momentum',
      side: 'long',
      entry: { left: { field: 'volume' }, op: '>=', right: { value: 1000 } },
      stop: { kind: 'percent', value: 0.5 },
      maxHoldBars: 1,
      sizing: { kind: 'fraction', fraction: 1 },
    };
    fc.assert(
      fc.property(
        fc.double({ min: -8, max: 6, noNaN: true }),
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom(0, 0.0005),
        fc.constantFrom(0, 0.006),
        fc.constantFrom(2, 100, 1e5),
        fc.constantFrom('long' as const, 'short' as const),
        (exponent, fractionDigits, slippageRate, fee, initialCash, side) => {
          const price = 10 ** exponent;
          const bar = [price, price, price, price] as const;
          const series = seriesOf([[...bar, 1000], bar, bar, bar]);
          const symbol = side === 'long' ? 'ALT-USD' : 'ALT-PERP';
          const { market } = describedMarket(exchange, symbol, printedPrices(series, fractionDigits));
          const model = {
            market: { ...market, takerFeeRate: fee, makerFeeRate: fee },
            slippageRate,
            stopRangeShare: 0.02,
            priceImprovement: false,
            initialCash,
          };
          const { trades } = createEngine(series).simulate({ ...spec, side }, model);
          expect(trades).toHaveLength(1);
          const { entryPrice, quantity, pnl } = trades[0]!;
          const [buys, sells] = [price * (1 + slippageRate), price * (1 - slippageRate)];
          const costs = (buys - sells + (buys + sells) * fee) / price;
          expect(-pnl / (entryPrice * quantity)).toBeLessThan(costs * 1.001 + 0.000_2);
          // Nearly the whole cash is committed: its step rounds nothing away that matters.
          expect(quantity * entryPrice * (1 + fee)).toBeGreaterThan(initialCash * 0.99);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is fixed when the market is first read: later candles leave it, and a finer one is reported', () => {
    const first = describedMarket(exchange, 'ALT-USD', printed(2, 100)).market;
    const later = describedMarket(exchange, 'ALT-USD', printed(6, 0.001), first);
    expect(later.market).toEqual(first);
    expect(later.notes).toEqual([
      'these prices of ALT-USD would have a tick of 1e-7; it stays 0.01, as when it was first read',
    ]);
    expect(describedMarket(exchange, 'ALT-USD', printed(0, 1e6), first)).toEqual({ market: first, notes: [] });
  });
});

describe('a described market', () => {
  it('takes what is configured for it, the rest from its name and candles', () => {
    expect(describedMarket(exchange, 'BTC-USD', printed(2, 40_000)).market).toEqual({
      symbol: 'BTC-USD',
      base: 'BTC',
      quote: 'USD',
      kind: 'spot',
      tickSize: 0.01,
      stepSize: 1e-8,
      minAmount: 1e-8,
      minNotional: 1,
      takerFeeRate: exchange.fees.taker,
      makerFeeRate: exchange.fees.maker,
    });
    expect(describedMarket(exchange, 'BIP-20DEC30-CDE', printed(0, 60_000))).toMatchObject({
      market: { base: 'BIP', quote: 'USD', underlying: 'BTC', kind: 'perpetual', tickSize: 5, stepSize: 0.01 },
      notes: [],
    });
  });

  it('takes the longest pattern that matches, and its own symbol before all', () => {
    const given = settings({
      '*-USDT': { stepSize: 1 },
      'A*-USDT': { stepSize: 2, minAmount: 4 },
      'AB-USDT': { stepSize: 3 },
    });
    const limits = (symbol: string) => {
      const { stepSize, minAmount } = describedMarket(given, symbol, printed(2, 1)).market;
      return [stepSize, minAmount];
    };
    expect(['X-USDT', 'AC-USDT', 'AB-USDT', 'A-USD'].map(limits)).toEqual([
      [1, 1],
      [2, 4],
      [3, 4],
      [1e-8, 1e-8],
    ]);
  });

  it('is refused with a configured tick above 0.1 % of its lowest price; a smaller one that costs is reported', () => {
    const given = settings({ 'DOGE-USD': { tickSize: 0.01 } });
    expect(() => describedMarket(given, 'DOGE-USD', printed(5, 0.085))).toThrow(
      'config/markets.yaml: the tick 0.01 of DOGE-USD is 12 % of its lowest price 0.085',
    );
    expect(describedMarket(given, 'DOGE-USD', printed(5, 100)).notes).toEqual([]);
    const costly = describedMarket(given, 'DOGE-USD', printed(5, 20)).notes;
    expect(costly).toEqual(['the tick 0.01 of DOGE-USD costs up to 0.050 % a fill']);
  });
});

describe('the kind of a market', () => {
  it.each([
    ['BTC-USD', 'spot'],
    ['PERP-USD', 'spot'],
    ['SWAP-EUR', 'spot'],
    ['BTC-PERP', 'perpetual'],
    ['ETH-PERP-INTX', 'perpetual'],
    ['BTC-USDT-SWAP', 'perpetual'],
    ['BTCPERP', 'perpetual'],
    ['XYZ-31JUL26-CDE', 'dated'],
    ['XYZ-CDE', 'dated'],
    ['BTC-260327', 'dated'],
    ['BTC-USD-20DEC30', 'dated'],
  ])('%s is %s by its name', (symbol, kind) => {
    expect(kindByName(symbol)).toBe(kind);
    expect(marketKind(exchange, symbol)).toBe(kind);
    const { market, notes } = describedMarket(exchange, symbol, printed(2, 100));
    expect(market.kind).toBe(kind);
    expect(notes.length).toBe(kind === 'spot' ? 0 : 1);
    if (kind !== 'spot') expect(market.quote).toBe('USD');
  });

  it('is the configured one before that of the name', () => {
    expect(marketKind(settings({ '*-CDE': { kind: 'perpetual' } }), 'XYZ-CDE')).toBe('perpetual');
  });
});

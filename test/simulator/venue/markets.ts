import { type Market } from '../../../src/domain/market/market.ts';

/** Steps of the amount in one unit, on every market. */
export const STEPS = 10_000;

const marketOf = (symbol: string, kind: Market['kind']): Market => ({
  symbol,
  base: symbol.split('-')[0]!,
  quote: 'USD',
  kind,
  tickSize: 0.01,
  stepSize: 1 / STEPS,
  minAmount: 1e-3,
  minNotional: 1,
  takerFeeRate: 0.001,
  makerFeeRate: 0.0005,
  ...(kind === 'perpetual' && { underlying: symbol.split('-')[0]! }),
});

/** Two spot markets, and a perpetual on the asset of the first. */
export const VENUE_MARKETS: ReadonlyMap<string, Market> = new Map(
  [marketOf('AAA-USD', 'spot'), marketOf('BBB-USD', 'spot'), marketOf('AAA-PERP', 'perpetual')].map((market) => [
    market.symbol,
    market,
  ]),
);

import { type Market } from './market.ts';

type MarketLimits = Pick<Market, 'kind' | 'tickSize' | 'stepSize' | 'minAmount' | 'minNotional'>;

/** What recorded candles do not say of their market: its limits, by symbol, and the fee rates. */
export interface ReplaySettings {
  readonly replay: {
    readonly defaults: MarketLimits;
    readonly markets: Readonly<Record<string, MarketLimits>>;
  };
  readonly fees: { readonly taker: number; readonly maker: number };
}

/** A replayed market: the limits configured for its symbol, and the fee rates. */
export function replayMarket({ replay, fees }: ReplaySettings, symbol: string): Market {
  const [base = symbol, ...rest] = symbol.split('-');
  const limits = replay.markets[symbol] ?? replay.defaults;
  // BTC-USD names its quote; a contract (BIP-20DEC30-CDE) is settled in dollars.
  const quote = rest.length === 1 ? rest[0]! : 'USD';
  return { symbol, base, quote, ...limits, takerFeeRate: fees.taker, makerFeeRate: fees.maker };
}

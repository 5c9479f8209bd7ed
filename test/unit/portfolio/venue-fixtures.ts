import { type Candle } from '../../../src/domain/market/candle.ts';
import { type Market } from '../../../src/domain/market/market.ts';
import { type OrderRequest } from '../../../src/domain/orders/order-request.ts';
import { type VenueBar, type VenueTerms } from '../../../src/domain/portfolio/paper-venue/bar-step.ts';

export const HOUR = 3_600_000;

export const MARKET: Market = {
  symbol: 'BTC-USD',
  base: 'BTC',
  quote: 'USD',
  kind: 'spot',
  tickSize: 0.01,
  stepSize: 0.001,
  minAmount: 0.01,
  minNotional: 5,
  takerFeeRate: 0.012,
  makerFeeRate: 0.006,
};
export const PERPETUAL: Market = { ...MARKET, symbol: 'BTC-PERP', kind: 'perpetual' };

/** No slippage: the exact prices of the worked example in docs/simulation-rules.md. */
export const termsOf = (patch: Partial<VenueTerms> = {}): VenueTerms => ({
  market: MARKET,
  slippageRate: 0,
  stopRangeShare: 0.02,
  priceImprovement: false,
  ...patch,
});

/** Bar `index` of hourly candles from open, high, low and close. */
export const bar = (index: number, [open, high, low, close]: readonly number[], filled = false): VenueBar => {
  const candle: Candle = { time: index * HOUR, open: open!, high: high!, low: low!, close: close!, volume: 1 };
  return { candle, filled, barMs: HOUR };
};
export const flat = (index: number, price: number): VenueBar => bar(index, [price, price, price, price]);

export const buy = (patch: Partial<OrderRequest> = {}): OrderRequest => ({
  account: 'paper',
  clientOrderId: 'bc-entry',
  strategyHash: 's1',
  symbol: 'BTC-USD',
  side: 'buy',
  type: 'market',
  purpose: 'entry',
  amount: 1,
  bracket: { stop: { kind: 'absolute', value: 2 }, target: { kind: 'absolute', value: 3 } },
  ...patch,
});

export const sell = (patch: Partial<OrderRequest> = {}): OrderRequest => {
  const { bracket: _, ...rest } = buy();
  return { ...rest, clientOrderId: 'bc-exit', side: 'sell', purpose: 'exit', ...patch };
};

import { type Market } from '../market/market.ts';

/** A simulated market: its venue data and its price behaviour. */
export interface SimulatedMarket {
  readonly market: Market;
  readonly startPrice: number;
  /** Exposure to the common factor's shocks; 1 follows the market fully. */
  readonly beta: number;
  /** Multiplies the market's own moves; 1 is about the volatility of Bitcoin. */
  readonly liveliness: number;
  /** Quote currency traded on an average day. */
  readonly dailyTurnover: number;
}

/** Fees of Coinbase's lowest tier, its default (docs/simulation-rules.md rule 8). */
const FEES = { takerFeeRate: 0.012, makerFeeRate: 0.006 } as const;

function spot(
  base: string,
  sizes: Pick<Market, 'tickSize' | 'stepSize' | 'minAmount'>,
  behaviour: Omit<SimulatedMarket, 'market'>,
): SimulatedMarket {
  const market: Market = { symbol: `${base}-USD`, base, quote: 'USD', kind: 'spot', minNotional: 1, ...sizes, ...FEES };
  return { market, ...behaviour };
}

const sizes = (tickSize: number, stepSize: number, minAmount: number) => ({ tickSize, stepSize, minAmount });
const behaviour = (startPrice: number, beta: number, liveliness: number, dailyTurnover: number) => ({
  startPrice,
  beta,
  liveliness,
  dailyTurnover,
});

/** Eight spot markets with increments and minimums similar to Coinbase's. */
export const DEFAULT_MARKETS: readonly SimulatedMarket[] = [
  spot('BTC', sizes(0.01, 1e-8, 0.000_01), behaviour(60_000, 1, 1, 900e6)),
  spot('ETH', sizes(0.01, 1e-8, 0.0001), behaviour(3000, 1, 1.1, 500e6)),
  spot('SOL', sizes(0.01, 1e-8, 0.001), behaviour(150, 1.1, 1.25, 250e6)),
  spot('XRP', sizes(0.0001, 1e-6, 0.1), behaviour(0.6, 0.9, 1.15, 150e6)),
  spot('DOGE', sizes(0.000_01, 0.1, 1), behaviour(0.15, 1.1, 1.3, 90e6)),
  spot('ADA', sizes(0.0001, 1e-8, 0.1), behaviour(0.45, 1, 1.15, 60e6)),
  spot('LINK', sizes(0.001, 0.01, 0.01), behaviour(15, 1, 1.2, 45e6)),
  spot('LTC', sizes(0.01, 1e-8, 0.001), behaviour(85, 0.9, 1, 40e6)),
];

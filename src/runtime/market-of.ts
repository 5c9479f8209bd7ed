import { type Config } from '../../config/schema.ts';
import { createMarketData } from '../adapters/market-data/market-data.ts';
import { createReplaySource } from '../adapters/market-data/replay-source.ts';
import { createPaperBroker } from '../adapters/paper/broker.ts';
import { createSimulatedSource } from '../adapters/simulated/candle-source.ts';
import { AppError } from '../domain/errors.ts';
import { type Broker } from '../ports/broker.ts';
import { type CandleSource } from '../ports/candle-source.ts';
import { type MarketData } from '../ports/market-data.ts';
import { type Stores } from '../ports/stores.ts';
import { type CompanyDescriptor } from './company-descriptor.ts';
import { type ReadContext } from './read-context.ts';

/** Market data and venue of one company. */
export interface Market {
  readonly data: MarketData;
  readonly broker: Broker;
  readonly close: () => Promise<void>;
}

/** Currency of the paper accounts. */
export const ACCOUNT_CURRENCY = 'USD';
/** Cache size of the simulation, in days. Market data reads candles once; two months (7 MB) let all markets load concurrently. */
const SIMULATED_DAYS = 64;

function sourceOf(descriptor: CompanyDescriptor, stores: Stores, { fees }: Config['exchange']): CandleSource {
  switch (descriptor.mode) {
    case 'simulated': {
      if (!descriptor.simulation)
        throw new AppError('bad-descriptor', 'the descriptor of a simulated company has no seed and start');
      return createSimulatedSource(
        { ...descriptor.simulation, cachedChunks: SIMULATED_DAYS },
        { takerFeeRate: fees.taker, makerFeeRate: fees.maker },
      );
    }
    case 'replay':
      return createReplaySource(stores.candles, descriptor.source);
    case 'paper':
    case 'live':
      throw new AppError('not-supported', `trading mode ${descriptor.mode} is not part of this version`, {
        advice: 'Use simulated or replay',
      });
    default:
      return descriptor.mode satisfies never;
  }
}

/** The only place that decides what differs between modes. @throws AppError `bad-descriptor`, `not-supported`. */
export function marketOf({
  config,
  descriptor,
  stores,
}: Pick<ReadContext, 'config' | 'descriptor' | 'stores'>): Market {
  const { exchange } = config;
  const source = sourceOf(descriptor, stores, exchange);
  const data = createMarketData({
    source,
    name: descriptor.source,
    feed: stores.feed,
    minimumCoverage: exchange.minimumCoverage,
  });
  const { slippageRate, stopRangeShare, priceImprovement } = exchange;
  const { participation } = exchange.paper;
  const broker = createPaperBroker({
    accounts: stores.venueAccounts,
    data,
    startingCash: exchange.paper.startingCash,
    profile: exchange.paper.profile,
    quote: ACCOUNT_CURRENCY,
    terms: { slippageRate, stopRangeShare, priceImprovement, ...(participation !== null && { participation }) },
  });
  return { data, broker, close: () => source.close() };
}

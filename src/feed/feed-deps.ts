import { type ConnectionOptions } from 'bullmq';
import { type Producer } from '../../queues/producer.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { type TradingMode } from '../domain/trading-mode.ts';
import { type Clock } from '../ports/clock.ts';
import { type Logger } from '../ports/logger.ts';
import { type MarketData } from '../ports/market-data.ts';
import { type Stores } from '../ports/stores.ts';

/** What waiting for jobs takes. */
export interface JobWaiterDeps {
  readonly connection: ConnectionOptions;
  /** Of the queues' keys in Redis. */
  readonly prefix: string;
  readonly producer: Producer;
  readonly log: Logger;
}

/** What market time is driven with; the application context has it all. */
export interface FeedDeps extends JobWaiterDeps {
  readonly descriptor: { readonly mode: TradingMode; readonly source: string; readonly account: string };
  readonly config: {
    readonly exchange: { readonly timeframe: Timeframe };
    /** UTC, like `23:00`. */
    readonly agents: { readonly ceo: { readonly dayStartsAt: string; readonly dayStopsAt: string } };
  };
  readonly stores: Pick<Stores, 'feed' | 'cycles'>;
  readonly data: Pick<MarketData, 'markets'>;
  readonly clock: Clock;
}

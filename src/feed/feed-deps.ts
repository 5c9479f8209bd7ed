import { type ConnectionOptions } from 'bullmq';
import { type Producer } from '../../queues/producer.ts';
import { type Timeframe } from '../domain/market/timeframe.ts';
import { type TradingMode } from '../domain/trading-mode.ts';
import { type Clock } from '../ports/clock.ts';
import { type Logger } from '../ports/logger.ts';
import { type MarketData } from '../ports/market-data.ts';
import { type Stores } from '../ports/stores.ts';

/** Dependencies for waiting for jobs. */
export interface JobWaiterDeps {
  readonly connection: ConnectionOptions;
  /** Prefix of the queues' keys in Redis. */
  readonly prefix: string;
  readonly producer: Producer;
  readonly log: Logger;
}

/** Dependencies of the feed; the application context satisfies them. */
export interface FeedDeps extends JobWaiterDeps {
  readonly descriptor: { readonly mode: TradingMode; readonly source: string; readonly account: string };
  readonly config: {
    readonly exchange: { readonly timeframe: Timeframe };
    readonly agents: {
      /** UTC, like `23:00`. */
      readonly ceo: { readonly dayStartsAt: string; readonly dayStopsAt: string };
      readonly heartbeat: { readonly silentAfterMs: number };
    };
  };
  readonly stores: Pick<Stores, 'feed' | 'cycles' | 'portfolio' | 'ledger' | 'orders'>;
  readonly data: Pick<MarketData, 'markets'>;
  readonly clock: Clock;
}

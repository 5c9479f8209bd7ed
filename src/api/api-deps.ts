import { type Producer } from '../../queues/producer.ts';
import { type BroadcastReader } from '../ports/broadcaster.ts';
import { type Clock } from '../ports/clock.ts';
import { type Logger } from '../ports/logger.ts';
import { type Stores } from '../ports/stores.ts';
import { type TradingMode } from '../domain/trading-mode.ts';

/** What the API works with; it opens nothing itself, and closes only its own server. */
export interface ApiDeps {
  readonly stores: Stores;
  /** On a connection that fails at once while Redis is away (`clientOptions('prompt', ...)`). */
  readonly producer: Producer;
  readonly reader: BroadcastReader;
  readonly account: string;
  readonly mode: TradingMode;
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** With it everybody has to show it; without it only this machine is served. */
  readonly apiToken?: string;
  readonly version: string;
  /** Folder of the dashboard's files. */
  readonly webDirectory: string;
  /** `ok`, or what is wrong in words. */
  readonly readiness: () => Promise<Readonly<Record<'redis' | 'mongo', string>>>;
}

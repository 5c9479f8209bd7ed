import { type RunningCompany } from '../../queues/from-outside.ts';
import { type Producer } from '../../queues/producer.ts';
import { type Brake } from '../ports/brake.ts';
import { type BroadcastReader } from '../ports/broadcaster.ts';
import { type Clock } from '../ports/clock.ts';
import { type Logger } from '../ports/logger.ts';
import { type PublicAccess } from '../http/security/public-access.ts';
import { type Alert } from '../ports/records.ts';
import { type Stores } from '../ports/stores.ts';
import { type TradingMode } from '../domain/trading-mode.ts';

/** Dependencies of the API. It does not open or close them. */
export interface ApiDeps {
  readonly stores: Stores;
  /** Must use a connection that fails immediately while Redis is unreachable (`clientOptions('prompt', ...)`). */
  readonly producer: Producer;
  readonly reader: BroadcastReader;
  readonly account: string;
  readonly brake: Brake;
  readonly mode: TradingMode;
  readonly namespace: string;
  /** What completes and bounds the jobs that people add. */
  readonly market: Pick<RunningCompany, 'source' | 'timeframe' | 'seed' | 'symbols'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** If set, all clients must send it. Without a token only this machine is served. */
  readonly apiToken?: string;
  readonly version: string;
  /** Directory of the dashboard's files. */
  readonly webDirectory: string;
  /** How clients reach the API through a proxy; absent without one. */
  readonly publicAccess?: PublicAccess;
  readonly raiseAlert: (draft: Omit<Alert, 'at'>) => Promise<void>;
  /** For each service `ok`, or a description of the problem. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>;
}

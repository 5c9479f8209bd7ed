import type { Logger } from '../../ports/logger.ts';
import type { Registry } from './registry.ts';
import type { ServiceError } from './service-error.ts';
import type { Supervision, SupervisionLimits } from './supervised-process.ts';

export type ServiceKind = 'external' | 'private' | 'embedded';

export interface Service {
  /** May hold a password: never log it. The same for as long as the services run. */
  readonly url: string;
  readonly kind: ServiceKind;
  /** Of the process that runs now; another one after a restart; undefined while it is down, and when external. */
  readonly pid: number | undefined;
}

export interface StartServicesOptions {
  readonly dataDirectory: string;
  readonly redisUrl?: string | undefined;
  readonly mongoUrl?: string | undefined;
  readonly log: Logger;
  /** A service died again and again and is not started any more. */
  readonly onFatal: (error: ServiceError) => void;
  /** Gives up a start under way; what was started is stopped again. */
  readonly signal?: AbortSignal;
  /** Programs tried in this order, by name on the PATH. */
  readonly redisBinaries?: readonly string[];
  readonly mongodBinaries?: readonly string[];
  readonly embeddedCommand?: readonly string[];
  readonly limits?: Partial<SupervisionLimits>;
}

/** What starting one service takes. `dataDirectory` is absolute and ours. */
export interface StartContext extends Omit<Supervision, 'onProcess'> {
  readonly dataDirectory: string;
  readonly registry: Registry;
}

export interface Started {
  readonly service: Service;
  stop(): Promise<void>;
}

export function external(url: string): Started {
  return { service: { url, kind: 'external', pid: undefined }, stop: async () => undefined };
}

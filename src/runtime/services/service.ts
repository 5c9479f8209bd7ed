import type { Logger } from '../../ports/logger.ts';
import type { Registry } from './registry.ts';
import type { ServiceError } from './service-error.ts';
import type { Supervision, SupervisionLimits } from './supervised-process.ts';

export type ServiceKind = 'external' | 'private' | 'embedded';

export interface Service {
  /** May contain a password: never log it. Constant while the services run. */
  readonly url: string;
  readonly kind: ServiceKind;
  /** Pid of the current process; changes after a restart; undefined while it is down and for external services. */
  readonly pid: number | undefined;
}

export interface StartServicesOptions {
  readonly dataDirectory: string;
  readonly redisUrl?: string | undefined;
  readonly mongoUrl?: string | undefined;
  readonly log: Logger;
  /** Called when a service died too often and is not restarted. */
  readonly onFatal: (error: ServiceError) => void;
  /** Aborts a start in progress; services already started are stopped. */
  readonly signal?: AbortSignal;
  /** Programs to try in this order, by name on the PATH. */
  readonly redisBinaries?: readonly string[];
  readonly mongodBinaries?: readonly string[];
  readonly embeddedCommand?: readonly string[];
  readonly limits?: Partial<SupervisionLimits>;
}

/** Dependencies for starting one service. `dataDirectory` is absolute and owned by this process. */
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

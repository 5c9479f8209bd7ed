import { ConfigError } from '../../../config/config-error.ts';
import { API_NAMES } from '../../api/server-names.ts';
import { COORDINATOR_NAMES } from '../../coordinator/server-names.ts';
import { hasCode } from '../../domain/errors.ts';
import { requireFreePort, type ListenOptions } from '../../http/bind.ts';
import { isRunning } from '../../process-lock/process-identity.ts';
import { readRegistry } from '../../runtime/services/registry.ts';
import { ServicesInUseError } from '../../runtime/services/service-error.ts';

export interface WantedPorts {
  readonly api?: ListenOptions;
  readonly coordinator?: ListenOptions;
  /** Directory whose services the process will own; absent when it owns none. */
  readonly dataDirectory?: string;
}

/**
 * Checks the ports of a process before it starts anything. When the port is taken because this company runs already, the
 * error says so.
 * @throws ServicesInUseError, ConfigError, AppError `port-in-use`, `cannot-listen`
 */
export async function requireFreePorts({ api, coordinator, dataDirectory }: WantedPorts): Promise<void> {
  if (api && api.port !== 0 && api.port === coordinator?.port) {
    throw new ConfigError('config/agents.yaml', 'coordinator.port', `${api.port} is also the port of the API`);
  }
  try {
    if (api) await requireFreePort(api, API_NAMES);
    if (coordinator) await requireFreePort(coordinator, COORDINATOR_NAMES);
  } catch (error) {
    const owner = dataDirectory === undefined ? undefined : readRegistry(dataDirectory)?.owner;
    if (dataDirectory !== undefined && owner && hasCode(error, 'port-in-use') && isRunning(owner)) {
      throw new ServicesInUseError(dataDirectory, owner.pid);
    }
    throw error;
  }
}

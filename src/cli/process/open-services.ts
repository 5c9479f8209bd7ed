import { type Config } from '../../../config/schema.ts';
import { AppError } from '../../domain/errors.ts';
import { type Logger } from '../../ports/logger.ts';
import { type OpenServices } from '../../runtime/company.ts';
import { attachServices } from '../../runtime/services/attach-services.ts';
import { identifyProcess, isRunning } from '../../process-lock/process-identity.ts';
import { ServiceError } from '../../runtime/services/service-error.ts';
import { external, type Service } from '../../runtime/services/service.ts';

/** Redis and the store, as found or started by a command. */
export interface CommandServices {
  readonly redis: Service;
  readonly mongo: Service;
  /** `configured`: URLs from the environment; `running`: of a running process; `own`: started for this command. */
  readonly origin: 'configured' | 'running' | 'own';
  /** Rejects when the services are finally lost; work that waits for them would never end. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

const OWNER_CHECK_EVERY_MS = 500;

/** A promise that can only reject. It has a handler, so that an unobserved rejection does not end the process. */
function loss(): { readonly lost: Promise<never>; readonly lose: (error: Error) => void } {
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);
  return { lost, lose };
}

/** Whether private services may be started. A node must not: on a store of its own it would keep books of its own. */
export type Missing = 'start' | 'refuse';

/**
 * Opens the services at `REDIS_URL` and `MONGO_URL`; else those of the process that owns the data directory; else private
 * ones for the duration of the command. @throws ServiceError; with `refuse` also `no-store`
 */
export async function openServices(
  { secrets, database }: Config,
  log: Logger,
  signal: AbortSignal,
  missing: Missing = 'start',
): Promise<CommandServices> {
  const { lost, lose } = loss();
  const { redisUrl, mongoUrl } = secrets;
  const { dataDirectory } = database;
  const isConfigured = redisUrl !== undefined && mongoUrl !== undefined;
  const attached = isConfigured ? null : await attachServices(dataDirectory);
  if (attached === null) {
    if (missing === 'refuse' && !isConfigured) throw nothingToJoin(dataDirectory, redisUrl, mongoUrl);
    const { startServices } = await import('../../runtime/services/start-services.ts');
    const started = await startServices({ dataDirectory, redisUrl, mongoUrl, log, onFatal: lose, signal });
    return { ...started, origin: isConfigured ? 'configured' : 'own', lost };
  }
  const { redis, mongo, ownerPid } = attached;
  const owner = identifyProcess(ownerPid);
  const watch = setInterval(() => {
    if (owner !== null && isRunning(owner)) return;
    lose(
      new AppError('services-gone', `process ${ownerPid}, which ran Redis and the store, has ended`, {
        advice: 'Run the command again',
      }),
    );
  }, OWNER_CHECK_EVERY_MS);
  // A URL from the environment takes precedence even while a company is running.
  return {
    redis: redisUrl === undefined ? redis : external(redisUrl).service,
    mongo: mongoUrl === undefined ? mongo : external(mongoUrl).service,
    origin: 'running',
    lost,
    close: async () => clearInterval(watch),
  };
}

function nothingToJoin(dataDirectory: string, redisUrl?: string, mongoUrl?: string): ServiceError {
  const nobody = `no company runs with the data directory ${dataDirectory}`;
  if (redisUrl === undefined && mongoUrl === undefined) {
    return new ServiceError('services-starting', nobody, {
      retryable: true,
      advice: 'start it, or set REDIS_URL and MONGO_URL to its services',
    });
  }
  const unset = mongoUrl === undefined ? 'MONGO_URL' : 'REDIS_URL';
  return new ServiceError('no-store', `${unset} is not set, and ${nobody}: a node starts no services of its own`, {
    advice: `set ${unset} as for the company`,
  });
}

/** The services of the company that a process joins. */
export const joinedServices: OpenServices = async (config, log, { signal = new AbortController().signal, onFatal }) => {
  const found = await openServices(config, log, signal, 'refuse');
  found.lost.catch(onFatal);
  return found;
};

/** The same, for a company that does not need its own services. */
export const anyServices: OpenServices = async (config, log, { signal = new AbortController().signal, onFatal }) => {
  const found = await openServices(config, log, signal);
  found.lost.catch(onFatal);
  return found;
};

import { type Config } from '../../../config/schema.ts';
import { AppError } from '../../domain/errors.ts';
import { type Logger } from '../../ports/logger.ts';
import { type OpenServices } from '../../runtime/company.ts';
import { attachServices } from '../../runtime/services/attach-services.ts';
import { identifyProcess, isRunning } from '../../process-lock/process-identity.ts';
import { external, type Service } from '../../runtime/services/service.ts';

/** Redis and the store as a command found them. */
export interface CommandServices {
  readonly redis: Service;
  readonly mongo: Service;
  /** `configured`: named by the environment; `running`: of a process that runs; `own`: started for this command. */
  readonly origin: 'configured' | 'running' | 'own';
  /** Rejects when they are lost for good: work that waits for them would wait for ever. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

const OWNER_LOOK_MS = 500;

/** A promise that only ever rejects, and may be left alone. */
function loss(): { readonly lost: Promise<never>; readonly lose: (error: Error) => void } {
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);
  return { lost, lose };
}

/**
 * Services named by `REDIS_URL` and `MONGO_URL`; else those of the process that owns the data directory; else private
 * ones for as long as the command takes. @throws ServiceError
 */
export async function openServices(
  { secrets, database }: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<CommandServices> {
  const { lost, lose } = loss();
  const { redisUrl, mongoUrl } = secrets;
  const { dataDirectory } = database;
  const isConfigured = redisUrl !== undefined && mongoUrl !== undefined;
  const attached = isConfigured ? null : await attachServices(dataDirectory);
  if (attached === null) {
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
  }, OWNER_LOOK_MS);
  // One that the environment names is used even beside a running company.
  return {
    redis: redisUrl === undefined ? redis : external(redisUrl).service,
    mongo: mongoUrl === undefined ? mongo : external(mongoUrl).service,
    origin: 'running',
    lost,
    close: async () => clearInterval(watch),
  };
}

/** The same for a company that need not own its services. */
export const anyServices: OpenServices = async (config, log, { signal = new AbortController().signal, onFatal }) => {
  const found = await openServices(config, log, signal);
  found.lost.catch(onFatal);
  return found;
};

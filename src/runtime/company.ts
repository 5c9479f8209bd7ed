import { type Config } from '../../config/schema.ts';
import { createProducer } from '../../queues/producer.ts';
import { QUEUE_NAMES, type QueueName } from '../../queues/names.ts';
import { upsertSchedules } from '../../queues/schedulers.ts';
import { createRedisBroadcastReader } from '../adapters/broadcast/redis-stream.ts';
import { createApi } from '../api/create-api.ts';
import { type Logger } from '../ports/logger.ts';
import { announceCompany, awaitCompany, type CompanyDescriptor } from './company-descriptor.ts';
import { startCoordinator as openCoordinator } from './coordinator.ts';
import { takeLeaderLock } from './leader-lock.ts';
import { startNode } from './node.ts';
import { openContext, type AppContext } from './context.ts';
import { scopeOf } from './scope.ts';
import { systemClock } from './system-clock.ts';
import { PROJECT_ROOT, VERSION } from '../paths.ts';
import { readinessOf } from './readiness.ts';
import { connectRedis } from './redis-connection.ts';
import { createCleanupStack } from './cleanup-stack.ts';
import { startServices, type Services } from './services/start-services.ts';

/** A company at work: services, office, desks. */
export interface Company {
  readonly context: AppContext;
  readonly services: Pick<Services, 'redis' | 'mongo'>;
  /** Aborts when another feed took the company over. */
  readonly lost: AbortSignal;
  /** Starts the API, Bull Board and the dashboard; gives their address. */
  startApi(host: string, port: number): Promise<string>;
  /** Starts the coordinator that remote workers pull from; gives its address. */
  startCoordinator(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** What a company is made of. `services` starts Redis and the store unless they are named or running. */
export const COMPANY_ROLES = ['services', 'processors', 'feed', 'api'] as const;
/** What one process can do. The coordinator is opened only where it is asked for: it is a door for other machines. */
export const ROLES = [...COMPANY_ROLES, 'coordinator'] as const;
export type Role = (typeof ROLES)[number];

export type OpenServices = (
  config: Config,
  log: Logger,
  options: { readonly onFatal: (error: Error) => void; readonly signal?: AbortSignal },
) => Promise<Services>;

/** Services of this process's own; nobody else may have them. @throws ServicesInUseError */
export const ownServices: OpenServices = ({ database, secrets }, log, options) =>
  startServices({
    dataDirectory: database.dataDirectory,
    redisUrl: secrets.redisUrl,
    mongoUrl: secrets.mongoUrl,
    log,
    ...options,
  });

export interface CompanyOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Where Redis and MongoDB come from. */
  readonly openServices: OpenServices;
  readonly descriptor: CompanyDescriptor;
  /** Runs before any desk opens: importing candles, announcing market time. May settle on another account. */
  readonly prepare: (context: AppContext) => Promise<{ readonly account: string }>;
  /** Desks to run here. @default all */
  readonly queues?: readonly QueueName[];
  /** Whether this process brings the company to life and drives its market. @default true */
  readonly leads?: boolean;
  readonly signal?: AbortSignal;
  readonly onFatal: (error: Error) => void;
}

/** Jobs in hand may take this long at the end; what takes longer goes back to its queue. */
const DRAIN_MS = 5000;
const CLOSE_WITHIN_MS = 25_000;
/** A feed that was killed on another machine holds its lock this much longer. */
const LOCK_WAIT_MS = 20_000;
/** A process that joins waits this long for the one that leads. */
const COMPANY_WAIT_MS = 60_000;

/** Opens everything in order; what is open when a later step fails is closed again. */
export async function startCompany({
  config,
  log,
  openServices,
  descriptor: draft,
  prepare,
  queues = QUEUE_NAMES,
  leads = true,
  signal,
  onFatal,
}: CompanyOptions): Promise<Company> {
  const cleanup = createCleanupStack(CLOSE_WITHIN_MS);
  const { secrets, database, agents } = config;
  try {
    type Urls = { readonly redisUrl: string; readonly mongoUrl: string };
    type Place = { readonly context: AppContext; readonly lost: AbortSignal };

    /** Brings the company to life: one process at a time may. */
    const lead = async (urls: Urls): Promise<Place> => {
      const opened = await openContext({ config, descriptor: draft, log, ...urls });
      cleanup.push('office', () => opened.close());
      // Two feeds on one set of queues would do each other's jobs, with other candles.
      const lock = await takeLeaderLock(urls.redisUrl, `${opened.prefix}:feed`, LOCK_WAIT_MS, signal);
      cleanup.push('feed lock', () => lock.release());
      const descriptor: CompanyDescriptor = { ...draft, ...(await prepare(opened)) };
      await announceCompany(urls.redisUrl, database.namespace, descriptor);
      await upsertSchedules(opened.producer, descriptor.account, agents.schedules);
      return { context: { ...opened, descriptor }, lost: lock.lost };
    };

    /** Works for a company that another process leads. */
    const join = async (urls: Urls): Promise<Place> => {
      const descriptor = await awaitCompany(urls.redisUrl, database.namespace, draft.mode, COMPANY_WAIT_MS, signal);
      const context = await openContext({ config, descriptor, log, ...urls });
      cleanup.push('office', () => context.close());
      return { context, lost: new AbortController().signal };
    };

    const services = await openServices(config, log, { onFatal, ...(signal && { signal }) });
    cleanup.push('services', () => services.close());
    const { url: redisUrl } = services.redis;
    const { url: mongoUrl } = services.mongo;
    const { context, lost } = await (leads ? lead : join)({ redisUrl, mongoUrl });
    if (queues.length > 0) {
      const node = await startNode(context, { queues });
      cleanup.push('node', () => node.close(DRAIN_MS));
    }
    if (leads) {
      // Start-up is recovery: the ledger agrees with the venue before anything new is decided.
      await context.producer.add(
        'trader',
        'reconcile',
        { account: context.descriptor.account },
        { meta: { priority: 'critical', causedBy: 'runtime/start' } },
      );
    }

    return {
      context,
      services,
      lost,
      async startApi(host, port) {
        const scope = scopeOf(database.namespace, context.descriptor.mode);
        const redis = connectRedis(redisUrl, 'prompt', log);
        cleanup.push('api redis', () => redis.close());
        const producer = createProducer({ connection: redis.connection, prefix: context.prefix, log });
        cleanup.push('api queues', () => producer.close());
        const reader = createRedisBroadcastReader({
          url: redisUrl,
          key: context.broadcastKey,
          onError: (error) => log.debug(error.message),
        });
        cleanup.push('api events', () => reader.close());
        const api = createApi({
          stores: context.stores,
          producer,
          reader,
          account: context.descriptor.account,
          mode: context.descriptor.mode,
          namespace: scope,
          clock: systemClock,
          log,
          ...(secrets.apiToken !== undefined && { apiToken: secrets.apiToken }),
          version: VERSION,
          webDirectory: `${PROJECT_ROOT}/web/dashboard`,
          readiness: () => readinessOf(redisUrl, mongoUrl),
        });
        const listening = await api.listen({ host, port });
        cleanup.push('api', () => listening.close());
        return listening.url;
      },
      async startCoordinator(host, port) {
        const coordinator = await openCoordinator({ config, log, redisUrl, mongoUrl, listen: { host, port } });
        cleanup.push('coordinator', () => coordinator.close());
        return coordinator.url;
      },
      async close() {
        for (const { name, error } of await cleanup.release()) log.warn(`closing ${name}: ${error.message}`);
      },
    };
  } catch (error) {
    await cleanup.release();
    throw error;
  }
}

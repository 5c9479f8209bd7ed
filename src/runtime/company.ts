import { isIncubation } from '../domain/portfolio/accounts.ts';
import { companyAccounts } from '../ports/company-accounts.ts';
import { type Config } from '../../config/schema.ts';
import { createProducer } from '../../queues/producer.ts';
import { MONEY_QUEUES, QUEUE_NAMES, type QueueName } from '../../queues/names.ts';
import { upsertSchedules } from '../../queues/schedulers.ts';
import { createRaiseAlert } from '../../processors/agent/raise-alert.ts';
import { awaitReconciliation } from '../../processors/risk-manager/await-reconciliation.ts';
import { createBrake } from '../../processors/risk-manager/brake.ts';
import { createRiskStates } from '../../processors/risk-manager/risk-states.ts';
import { createRedisBroadcastReader } from '../adapters/broadcast/redis-stream.ts';
import { createApi } from '../api/create-api.ts';
import { isRealTime } from '../domain/trading-mode.ts';
import { type Logger } from '../ports/logger.ts';
import { identifyProcess } from '../process-lock/process-identity.ts';
import { approvalSecret, knownSecret, secretIdOf } from './approval-secret.ts';
import { announceCompany, awaitCompany, type CompanyDescriptor } from './company-descriptor.ts';
import { startCoordinator as openCoordinator } from './coordinator.ts';
import { feedLockKey, takeLeaderLock } from './leader-lock.ts';
import { startNode } from './node.ts';
import { openContext, type AppContext } from './context.ts';
import { scopeOf } from './scope.ts';
import { systemClock } from './system-clock.ts';
import { PROJECT_ROOT, VERSION } from '../paths.ts';
import { startRetention } from './retention/start-retention.ts';
import { compareAuditHead } from './watch/audit-head.ts';
import { startCompanyWatch } from './watch/company-watch.ts';
import { reportReplacedStore } from './watch/report-replaced-store.ts';
import { requireSecret } from './require-same-company.ts';
import { runningMarket } from './running-market.ts';
import { readinessOf } from './readiness.ts';
import { connectRedis } from './redis-connection.ts';
import { createCleanupStack } from './cleanup-stack.ts';
import { requireSoundRedis } from './services/probe-redis.ts';
import { startServices, type Services } from './services/start-services.ts';

/** A running company: services, application context and agents. */
export interface Company {
  readonly context: AppContext;
  readonly services: Pick<Services, 'redis' | 'mongo'>;
  /** Aborts when another feed takes the company over. */
  readonly lost: AbortSignal;
  /** Starts the API, Bull Board and the dashboard; returns their URL. */
  startApi(host: string, port: number): Promise<string>;
  /** Starts the coordinator that remote workers pull from; returns its URL. */
  startCoordinator(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** Roles of a company. `services` starts Redis and the store unless they are configured or already running. */
export const COMPANY_ROLES = ['services', 'processors', 'feed', 'api'] as const;
/** All roles of a process. The coordinator must be requested, because it accepts connections from other machines. */
export const ROLES = [...COMPANY_ROLES, 'coordinator'] as const;
export type Role = (typeof ROLES)[number];

export type OpenServices = (
  config: Config,
  log: Logger,
  options: { readonly onFatal: (error: Error) => void; readonly signal?: AbortSignal },
) => Promise<Services>;

/** Starts services that this process owns. @throws ServicesInUseError when another process owns the data directory. */
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
  /** Finds or starts Redis and MongoDB. */
  readonly openServices: OpenServices;
  readonly descriptor: CompanyDescriptor;
  /** Runs before any agent starts: imports candles, sets market time. Returns the account to use. */
  readonly prepare: (context: AppContext) => Promise<{ readonly account: string }>;
  /** Queues whose agents run in this process. @default all */
  readonly queues?: readonly QueueName[];
  /** Whether this process announces the company and drives its market. @default true */
  readonly leads?: boolean;
  readonly signal?: AbortSignal;
  readonly onFatal: (error: Error) => void;
}

/** Time for running jobs to finish at shutdown; longer ones go back to their queue. */
const DRAIN_MS = 5000;
const CLOSE_WITHIN_MS = 25_000;
/** Longer than the lease of a feed that was killed on another machine. */
const LOCK_WAIT_MS = 20_000;
const SOUND_WITHIN_MS = 5000;
/** How long a joining process waits for the leading one. */
const COMPANY_WAIT_MS = 60_000;

/** Opens everything in order; when a step fails, closes what is already open. */
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
  const { secrets, database, agents, exchange } = config;
  try {
    type Urls = { readonly redisUrl: string; readonly mongoUrl: string };
    type Opened = {
      readonly context: AppContext;
      readonly lost: AbortSignal;
      /** What does not work now, besides what `/ready` finds itself. */
      readonly problems: () => Readonly<Record<string, string>>;
    };

    /** Announces and leads the company; only one process at a time can. */
    const lead = async (urls: Urls): Promise<Opened> => {
      const opened = await openContext({ config, descriptor: draft, log, ...urls, logsBroadcasts: true });
      cleanup.push('context', () => opened.close());
      // Two feeds on the same queues would run each other's jobs on different candles.
      const lock = await takeLeaderLock(urls.redisUrl, feedLockKey(opened.prefix), LOCK_WAIT_MS, signal);
      cleanup.push('feed lock', () => lock.release());
      const prepared = await prepare(opened);
      const signs = MONEY_QUEUES.some((queue) => queues.includes(queue));
      const secret = (signs ? approvalSecret : knownSecret)(secrets.approvalSecret, database.dataDirectory);
      const announcedBy = identifyProcess(process.pid);
      const descriptor: CompanyDescriptor = {
        ...draft,
        ...prepared,
        ...(announcedBy && { announcedBy }),
        storeId: await opened.meta.identity(),
        ...(secret !== null && { secretId: secretIdOf(secret) }),
      };
      // First of all: a brake must find the account before anything trades on it.
      await opened.meta.keepCompany(descriptor);
      // An account that the configuration does not fit ends the start, not the first job that trades on it.
      await opened.broker.open(descriptor.account);
      const { riskState, portfolio } = opened.stores;
      const riskStates = createRiskStates({ riskState, broker: opened.broker });
      for (const account of await companyAccounts(portfolio, descriptor.account))
        await awaitReconciliation(riskStates, riskState, account);
      await compareAuditHead(urls.redisUrl, opened.stores.audit, opened.prefix, (problem) =>
        reportReplacedStore(opened, descriptor.account, problem),
      );
      await announceCompany(urls.redisUrl, database.namespace, descriptor);
      const { compareEveryMs, ...every } = agents.schedules;
      const schedules = { ...every, ...(isRealTime(descriptor.mode) && { compareEveryMs }) };
      await upsertSchedules(opened.producer, descriptor.account, schedules);
      const context = { ...opened, descriptor };
      const { mongoUrl } = urls;
      const watch = startCompanyWatch({ context, mongoUrl, schedules, onFatal });
      cleanup.push('watch', () => watch.close());
      return { context, lost: lock.lost, problems: () => watch.problems() };
    };

    /** Joins a company that another process leads. */
    const join = async (urls: Urls): Promise<Opened> => {
      const descriptor = await awaitCompany(urls.redisUrl, database.namespace, draft.mode, COMPANY_WAIT_MS, signal);
      const context = await openContext({ config, descriptor, log, ...urls, logsBroadcasts: true });
      cleanup.push('context', () => context.close());
      requireSecret(context, queues);
      return { context, lost: new AbortController().signal, problems: () => ({}) };
    };

    const services = await openServices(config, log, { onFatal, ...(signal && { signal }) });
    cleanup.push('services', () => services.close());
    const { url: redisUrl } = services.redis;
    const { url: mongoUrl } = services.mongo;
    await requireSoundRedis(redisUrl, database.namespace, SOUND_WITHIN_MS);
    const { context, lost, problems } = await (leads ? lead : join)({ redisUrl, mongoUrl });
    if (queues.length > 0) {
      const node = await startNode(context, { queues });
      cleanup.push('node', () => node.close(DRAIN_MS));
    }
    if (leads) {
      const retention = startRetention(context, services.mongo.kind);
      cleanup.push('retention', () => retention.close());
      // Start-up and crash recovery are the same path: reconcile the ledger with the venue before new decisions.
      for (const account of await companyAccounts(context.stores.portfolio, context.descriptor.account))
        await context.producer.add(
          'trader',
          'reconcile',
          { account },
          { meta: { priority: isIncubation(account) ? 'high' : 'critical', causedBy: 'runtime/start' } },
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
        const { account } = context.descriptor;
        const { stores, broker, data, broadcaster } = context;
        const api = createApi({
          brake: createBrake({
            account,
            stores,
            riskStates: createRiskStates({ riskState: stores.riskState, broker }),
            data,
            clock: systemClock,
            queues: { producer, broadcaster },
          }),
          stores,
          producer,
          reader,
          account,
          mode: context.descriptor.mode,
          namespace: scope,
          market: runningMarket(context),
          clock: systemClock,
          log,
          ...(secrets.apiToken !== undefined && { apiToken: secrets.apiToken }),
          version: VERSION,
          webDirectory: `${PROJECT_ROOT}/web/dashboard`,
          publicAccess: { urls: exchange.api.publicUrls, trustProxy: exchange.api.trustProxy },
          raiseAlert: createRaiseAlert({
            stores,
            broadcaster,
            clock: systemClock,
          }),
          readiness: async () => ({ ...problems(), ...(await readinessOf(redisUrl, mongoUrl, database.namespace)) }),
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

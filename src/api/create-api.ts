import express, { type Express } from 'express';
import { type ApiDeps } from './api-deps.ts';
import { mountBullBoard } from './bull-board.ts';
import { errorResponse } from '../http/error-response.ts';
import { API_NAMES } from './server-names.ts';
import { createEventStreams } from './event-streams.ts';
import { type ListenOptions } from '../http/bind.ts';
import { listen, type ApiServer } from '../http/listen.ts';
import { RequestError } from '../http/request-error.ts';
import { mountRoutes, type Route } from '../http/route.ts';
import { companyRoutes } from './routes/company.ts';
import { contractRoutes } from './routes/contracts.ts';
import { createRefuseMoneyWork } from './refuse-money-work.ts';
import { eventRoutes } from './routes/events.ts';
import { mountHealth } from '../http/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { journalRoutes } from './routes/journal.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { researchRoutes } from './routes/research.ts';
import { riskRoutes } from './routes/risk.ts';
import { tradingRoutes } from './routes/trading.ts';
import { createCredentials } from '../http/security/credentials.ts';
import { securityHeaders } from '../http/security/headers.ts';
import { createHostPolicy, requireKnownHost } from '../http/security/host-policy.ts';
import { LOGIN_PATH, mountLogin, requireCredentials } from '../http/security/login.ts';
import { basePathIn, NO_PROXY, removeBasePath } from '../http/security/public-access.ts';
import { refuseCrossSiteWrites } from '../http/security/same-site.ts';
import { createReportWrongToken } from '../http/security/wrong-tokens.ts';

export interface Api {
  readonly app: Express;
  /** @throws AppError `api-token-required`, `port-in-use`, `cannot-listen` */
  readonly listen: (options: ListenOptions) => Promise<ApiServer>;
}

/** API, dashboard and Bull Board. Middleware runs in the order in which it is mounted. */
export function createApi(deps: ApiDeps): Api {
  const { stores, account, apiToken, webDirectory, log } = deps;
  const { publicAccess = NO_PROXY } = deps;
  const basePath = basePathIn(publicAccess);
  const hosts = createHostPolicy();
  for (const url of publicAccess.urls) hosts.listensOn(new URL(url).hostname);
  const credentials = apiToken === undefined ? null : createCredentials(apiToken, deps.clock);
  const streams = createEventStreams(deps.reader, log);

  const app = express().disable('x-powered-by');
  app.set('trust proxy', publicAccess.trustProxy);
  app.use(
    removeBasePath(basePath),
    securityHeaders,
    requireKnownHost(hosts, 'api.host and api.publicUrls in config/exchange.yaml'),
  );
  mountHealth(app, deps);
  const origins = publicAccess.urls.map((url) => new URL(url).origin);
  app.use(refuseCrossSiteWrites([LOGIN_PATH], origins));
  const login = { credentials, clock: deps.clock, basePath, reportWrongToken: createReportWrongToken(deps) };
  mountLogin(app, login);
  if (credentials) app.use(requireCredentials({ ...login, credentials }));
  const refuseMoneyWork = createRefuseMoneyWork(deps);
  mountBullBoard(app, { producer: deps.producer, basePath, refuseMoneyWork });
  app.use(express.json({ limit: '256kb' }));

  const routes: readonly Route[] = [
    ...companyRoutes(deps),
    ...researchRoutes(deps),
    ...tradingRoutes(stores, account),
    ...riskRoutes(deps),
    ...journalRoutes(stores),
    ...jobRoutes(deps, refuseMoneyWork),
    ...eventRoutes(streams),
    ...metricsRoutes(deps),
    ...contractRoutes({ version: deps.version, webDirectory, routes: () => routes }),
  ];
  mountRoutes(app, routes);
  app.use(express.static(webDirectory, { cacheControl: false }));
  app.use((request) => {
    throw new RequestError(404, 'not-found', `there is no ${request.path} here`, { advice: 'See /api/docs' });
  });
  app.use(errorResponse(log));

  const endStreams = (): void => streams.close();
  return {
    app,
    listen: (options) => listen({ app, hosts, endStreams, secured: credentials !== null, names: API_NAMES }, options),
  };
}

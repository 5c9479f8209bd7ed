import express, { type Express } from 'express';
import { errorResponse } from '../http/error-response.ts';
import { type ListenOptions } from '../http/bind.ts';
import { listen, type ApiServer } from '../http/listen.ts';
import { RequestError } from '../http/request-error.ts';
import { defineRoute, mountRoutes, type Route } from '../http/route.ts';
import { mountHealth } from '../http/health.ts';
import { createCredentials } from '../http/security/credentials.ts';
import { securityHeaders } from '../http/security/headers.ts';
import { createHostPolicy, requireKnownHost } from '../http/security/host-policy.ts';
import { refuseCrossSiteWrites } from '../http/security/same-site.ts';
import { type FleetRules } from '../domain/fleet/unit.ts';
import { type Clock } from '../ports/clock.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { type Logger } from '../ports/logger.ts';
import { errorBody } from './error-body.ts';
import { mountPage } from './page.ts';
import { COORDINATOR_NAMES } from './server-names.ts';
import { createFleetSummary } from './summary.ts';
import { type Fleet } from './fleet.ts';
import { jsonBody } from './json-body.ts';
import { controlRoutes } from './routes/controls.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { futuresUnitRoute } from './routes/futures-unit.ts';
import { readingRoutes } from './routes/reading.ts';
import { GET_WORK, SUBMIT_RESULT, workerProtocolRoutes } from './routes/worker-protocol.ts';
import { WORK_UNITS, workUnitRoutes } from './routes/work-units.ts';
import { requireToken } from './token-guard.ts';
import { type UnitDefaults } from './unit-request.ts';

export interface CoordinatorDeps {
  readonly fleet: Fleet;
  readonly stores: FleetStores;
  readonly defaults: UnitDefaults;
  /** Why no result can be verified here; null when some can. */
  readonly verificationObstacle: string | null;
  readonly rules: FleetRules;
  readonly clock: Clock;
  readonly log: Logger;
  /** Required from clients that create or change something. Without a token only this machine is served. */
  readonly token?: string;
  readonly workersNeedToken: boolean;
  /** Host names under which workers reach this machine. */
  readonly names: readonly string[];
  readonly version: string;
  /** Directory of the pages: `coordinator/` is the page at `/`, with parts of `dashboard/`. */
  readonly webDirectory: string;
  /** For each service `ok`, or a description of the problem. */
  readonly readiness: () => Promise<Readonly<Record<'redis' | 'mongo', string>>>;
}

export interface Coordinator {
  readonly app: Express;
  /** @throws AppError `api-token-required`, `port-in-use`, `cannot-listen` */
  readonly listen: (options: ListenOptions) => Promise<ApiServer>;
}

const RECOGNITION = '/api/corp';

/** Lets our client distinguish this server from the Python coordinator. */
const recognition = defineRoute({
  method: 'get',
  path: RECOGNITION,
  tag: 'reading',
  summary: 'Identifies this server',
  needs: 'store',
  handle: async () => ({ server: 'bittrading-corp', protocol: 1 }),
});

/** The server from which workers pull units. Middleware runs in the order in which it is mounted. */
export function createCoordinator(deps: CoordinatorDeps): Coordinator {
  const { fleet, stores, defaults, verificationObstacle, rules, clock, log, token, workersNeedToken } = deps;
  const hosts = createHostPolicy();
  for (const name of deps.names) hosts.listensOn(name);
  const credentials = token === undefined ? null : createCredentials(token, clock);
  const worker = workerProtocolRoutes(fleet);
  const shown = { fleet, stores, summary: createFleetSummary(stores, fleet, clock), clock };
  const reading = [...readingRoutes(shown), ...dashboardRoutes(shown)];
  const routes: readonly Route[] = [
    recognition,
    ...worker,
    ...reading,
    ...controlRoutes(fleet),
    ...workUnitRoutes({ ...shown, defaults, verificationObstacle, rules }),
    futuresUnitRoute(fleet, defaults),
  ];

  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .enable('strict routing')
    .enable('case sensitive routing');
  app.use(securityHeaders, requireKnownHost(hosts, 'agents.yaml, coordinator.host and coordinator.names'));
  mountHealth(app, deps);
  mountPage(app, deps.webDirectory);
  app.use(refuseCrossSiteWrites([]));
  const workerPaths = new Set([...worker, ...reading].map(({ path }) => path));
  app.use(requireToken({ credentials, workersNeedToken, workerPaths, openPaths: new Set([RECOGNITION]) }));
  // A HEAD request, used as a reachability check, must not lease a unit.
  app.head(GET_WORK, (_request, response) => {
    response.end();
  });
  const report = jsonBody({ limit: '256kb', fromPython: true });
  const batch = jsonBody({ limit: '8192kb', fromPython: false });
  const order = jsonBody({ limit: '256kb', fromPython: false });
  app.use((request, response, next) => {
    const { path } = request;
    const read = path === SUBMIT_RESULT ? report : path.startsWith(WORK_UNITS) ? batch : order;
    return read(request, response, next);
  });
  mountRoutes(app, routes);
  app.use((request) => {
    throw new RequestError(404, 'not-found', `there is no ${request.path} here`);
  });
  app.use(errorResponse(log, errorBody));

  return {
    app,
    listen: (options) =>
      listen(
        { app, hosts, endStreams: () => undefined, secured: credentials !== null, names: COORDINATOR_NAMES },
        options,
      ),
  };
}

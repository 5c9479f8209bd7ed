import { BROADCAST_TOPICS } from '../../ports/broadcaster.ts';
import { type ApiDeps } from '../api-deps.ts';
import { queueStatuses } from '../../../queues/queue-status.ts';
import { defineRoute, type Route } from '../../http/route.ts';

type CompanyDeps = Pick<
  ApiDeps,
  'stores' | 'producer' | 'clock' | 'mode' | 'account' | 'namespace' | 'version' | 'apiToken'
>;

/** Running agents and nodes, and their load. */
export function companyRoutes(deps: CompanyDeps): readonly Route[] {
  const { stores, producer, clock, mode, account, namespace, version } = deps;
  return [
    defineRoute({
      method: 'get',
      path: '/api/info',
      tag: 'company',
      summary: 'What runs here: mode, account, version, time, and the topics of /api/events',
      needs: 'store',
      handle: async () => ({
        mode,
        account,
        namespace,
        version,
        now: clock.now(),
        login: deps.apiToken !== undefined,
        topics: BROADCAST_TOPICS,
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/agents',
      tag: 'company',
      summary: 'Every agent on every node, with its state and last heartbeat',
      needs: 'store',
      handle: async () => ({ now: clock.now(), items: await stores.agentStates.list() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/nodes',
      tag: 'company',
      summary: 'The processes that run agents',
      needs: 'store',
      handle: async () => ({ now: clock.now(), items: await stores.nodes.list() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/scaling',
      tag: 'company',
      summary: 'Wanted number of nodes of each queue, and its load, as of the last census',
      needs: 'store',
      handle: async () => ({ now: clock.now(), items: await stores.scaling.list() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/queues',
      tag: 'company',
      summary: 'Jobs per state of every queue, and how long the oldest has waited',
      needs: 'redis',
      handle: async () => ({ items: await queueStatuses(producer, clock) }),
    }),
  ];
}

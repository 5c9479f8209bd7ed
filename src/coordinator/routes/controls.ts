import { z } from 'zod';
import { parseInput, RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import { reasonField } from '../../../queues/fields.ts';
import { type Fleet } from '../fleet.ts';

const TAG = 'controls';
const workerId = z.string().min(1).max(200);
const hostname = z.string().min(1).max(200);
const maxWorkers = z.int().min(0).max(10_000);

const byIds = z.strictObject({ worker_ids: z.array(workerId).min(1).max(1000) });
const byHost = z.strictObject({ hostname, keep: maxWorkers.default(0) });

const has = (body: unknown, name: string): boolean => typeof body === 'object' && body !== null && name in body;

/** What an operator can do to workers. */
export function controlRoutes(fleet: Pick<Fleet, 'orders' | 'quarantineWorker' | 'releaseWorker'>): readonly Route[] {
  const { orders } = fleet;
  const workerParams = z.strictObject({ id: workerId });
  return [
    defineRoute({
      method: 'post',
      path: '/api/shutdown_worker',
      tag: TAG,
      summary: 'Tells workers to end when they next ask for work',
      body: z.unknown(),
      needs: 'store',
      async handle({ body }) {
        if (has(body, 'worker_ids')) {
          const { worker_ids } = parseInput('body', byIds, body);
          await orders.shutDown(worker_ids);
          return { status: 'ok', queued: worker_ids.length, worker_ids };
        }
        if (!has(body, 'hostname')) throw new RequestError(400, 'bad-request', 'Provide worker_ids or hostname');
        const host = parseInput('body', byHost, body);
        const { workerIds, kept } = await orders.shutDownHost(host.hostname, host.keep);
        return { status: 'ok', queued: workerIds.length, worker_ids: workerIds, kept: kept.length };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/worker_limits',
      tag: TAG,
      summary: 'How many workers of a machine may work',
      needs: 'store',
      async handle() {
        const limits = await orders.limits();
        return { limits: Object.fromEntries(limits.map((limit) => [limit.hostname, limit.maxWorkers])) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/worker_limits',
      tag: TAG,
      summary: 'Sets how many workers of a machine may work',
      body: z.strictObject({ hostname, max_workers: maxWorkers }),
      needs: 'store',
      async handle({ body }) {
        await orders.setLimit({ hostname: body.hostname, maxWorkers: body.max_workers });
        return { status: 'ok', ...body };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/worker_limits',
      tag: TAG,
      summary: 'Takes the limit of a machine away',
      body: z.strictObject({ hostname, max_workers: maxWorkers.optional() }),
      needs: 'store',
      async handle({ body }) {
        const removed = await orders.removeLimit(body.hostname);
        return { status: 'ok', hostname: body.hostname, removed };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/workers/:id/quarantine',
      tag: TAG,
      summary: 'Gives a worker no more work and withdraws what it has reported',
      params: workerParams,
      body: z.strictObject({ reason: reasonField }),
      needs: 'store',
      async handle({ params, body }) {
        const reopened = await fleet.quarantineWorker(params.id, body.reason);
        return { worker_id: params.id, quarantined: true, work_units_changed: reopened };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/workers/:id/release',
      tag: TAG,
      summary: 'Lets a quarantined worker work again',
      params: workerParams,
      needs: 'store',
      handle: async ({ params }) => ({ worker_id: params.id, released: await fleet.releaseWorker(params.id) }),
    }),
  ];
}

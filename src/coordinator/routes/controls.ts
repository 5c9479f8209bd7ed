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

/** Operator commands for workers. */
export function controlRoutes(
  fleet: Pick<Fleet, 'operatorCommands' | 'quarantineWorker' | 'releaseWorker'>,
): readonly Route[] {
  const { operatorCommands } = fleet;
  const workerParams = z.strictObject({ id: workerId });
  return [
    defineRoute({
      method: 'post',
      path: '/api/shutdown_worker',
      tag: TAG,
      summary: 'Shuts workers down at their next request for work',
      body: z.unknown(),
      needs: 'store',
      async handle({ body }) {
        if (has(body, 'worker_ids')) {
          const { worker_ids } = parseInput('body', byIds, body);
          await operatorCommands.shutDown(worker_ids);
          return { status: 'ok', queued: worker_ids.length, worker_ids };
        }
        if (!has(body, 'hostname')) throw new RequestError(400, 'bad-request', 'Provide worker_ids or hostname');
        const host = parseInput('body', byHost, body);
        const { workerIds, kept } = await operatorCommands.shutDownHost(host.hostname, host.keep);
        return { status: 'ok', queued: workerIds.length, worker_ids: workerIds, kept: kept.length };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/worker_limits',
      tag: TAG,
      summary: 'Maximum number of workers of each host',
      needs: 'store',
      async handle() {
        const limits = await operatorCommands.limits();
        return { limits: Object.fromEntries(limits.map((limit) => [limit.hostname, limit.maxWorkers])) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/worker_limits',
      tag: TAG,
      summary: 'Sets the maximum number of workers of a host',
      body: z.strictObject({ hostname, max_workers: maxWorkers }),
      needs: 'store',
      async handle({ body }) {
        await operatorCommands.setLimit({ hostname: body.hostname, maxWorkers: body.max_workers });
        return { status: 'ok', ...body };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/worker_limits',
      tag: TAG,
      summary: 'Removes the limit of a host',
      body: z.strictObject({ hostname, max_workers: maxWorkers.optional() }),
      needs: 'store',
      async handle({ body }) {
        const removed = await operatorCommands.removeLimit(body.hostname);
        return { status: 'ok', hostname: body.hostname, removed };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/workers/:id/quarantine',
      tag: TAG,
      summary: 'Quarantines a worker: assigns it no more units and withdraws its results',
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
      summary: 'Ends the quarantine of a worker',
      params: workerParams,
      needs: 'store',
      handle: async ({ params }) => ({ worker_id: params.id, released: await fleet.releaseWorker(params.id) }),
    }),
  ];
}

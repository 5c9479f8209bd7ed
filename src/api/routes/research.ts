import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { STRATEGY_STATES } from '../../domain/strategies/strategy.ts';
import { type ApiDeps } from '../api-deps.ts';
import { reasonField, symbolField, timeframeField } from '../../../queues/fields.ts';
import { strategySpecSchema } from '../../../queues/strategy-spec-schema.ts';
import { hashParams, idParams, limitField, limitQuery } from '../../http/input-fields.ts';
import { RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';

const ownStrategy = z
  .strictObject({
    spec: strategySpecSchema,
    market: symbolField,
    timeframe: timeframeField.optional(),
    active: z.boolean().default(false),
    unproven: z.boolean().default(false).describe('You know that nothing has shown that it earns anything'),
    managed: z.boolean().default(false).describe('Leave it to the selector, which may retire it'),
  })
  .refine(({ active, unproven }) => active === unproven, {
    path: ['unproven'],
    message: 'must be given with active, and only with it: no research stands behind this strategy',
  });

/** Research cycles and their strategies. */
export function researchRoutes({
  stores: { cycles, strategies },
  producer,
  account,
}: Pick<ApiDeps, 'stores' | 'producer' | 'account'>): readonly Route[] {
  const queue = 'strategy-selector';
  const asked = (name: string, jobId: string) => ({ queue, jobId, jobs: [{ queue, name, jobId }] });
  return [
    defineRoute({
      method: 'get',
      path: '/api/cycles',
      tag: 'research',
      summary: 'Runs of the pipeline, latest first',
      query: limitQuery,
      needs: 'store',
      handle: async ({ query }) => ({ items: await cycles.list(query.limit) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/cycles/:id',
      tag: 'research',
      summary: 'One cycle with its phases and report',
      params: idParams,
      needs: 'store',
      async handle({ params }) {
        const cycle = await cycles.get(params.id);
        if (!cycle) throw new RequestError(404, 'unknown-cycle', `there is no cycle '${params.id}'`);
        return cycle;
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/strategies',
      tag: 'research',
      summary: 'Stored strategies, with the reason of their state',
      query: z.strictObject({ state: z.enum(STRATEGY_STATES).optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { state, limit } }) => ({
        items: await strategies.list({ limit, ...(state && { states: [state] }) }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/strategies/:hash',
      tag: 'research',
      summary: 'One strategy with its spec',
      params: hashParams,
      needs: 'store',
      async handle({ params }) {
        const strategy = await strategies.get(params.hash);
        if (!strategy) throw new RequestError(404, 'unknown-strategy', `there is no strategy '${params.hash}'`);
        return strategy;
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/strategies',
      tag: 'research',
      summary: 'Trades a strategy of your own: incubating, or with the size that the limits allow',
      body: ownStrategy,
      status: 202,
      needs: 'redis',
      async handle({ body: { spec, market: symbol, timeframe, active, managed } }) {
        const state = active ? 'active' : 'incubating';
        const jobId = await producer.add(
          queue,
          'add-strategy',
          { account, spec: { ...spec }, symbol, state, managed, ...(timeframe && { timeframe }) },
          { meta: { priority: 'high', causedBy: 'api' }, jobId: `add-strategy.${randomUUID()}` },
        );
        return asked('add-strategy', jobId);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/strategies/:hash/retire',
      tag: 'research',
      summary: 'Retires a strategy; what it holds is closed with the next candle',
      params: hashParams,
      body: z.strictObject({ reason: reasonField, market: symbolField.optional() }),
      status: 202,
      needs: 'redis',
      async handle({ params, body: { reason, market: symbol } }) {
        if (!(await strategies.get(params.hash)))
          throw new RequestError(404, 'unknown-strategy', `there is no strategy '${params.hash}'`);
        const jobId = await producer.add(
          queue,
          'retire-strategy',
          { account, strategyHash: params.hash, reason, ...(symbol !== undefined && { symbol }) },
          { meta: { priority: 'high', causedBy: 'api' }, jobId: `retire-strategy.${randomUUID()}` },
        );
        return asked('retire-strategy', jobId);
      },
    }),
  ];
}

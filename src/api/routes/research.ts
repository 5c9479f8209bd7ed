import { z } from 'zod';
import { STRATEGY_STATES } from '../../domain/strategies/strategy.ts';
import { type Stores } from '../../ports/stores.ts';
import { hashParams, idParams, limitField, limitQuery } from '../../http/input-fields.ts';
import { RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';

/** Research cycles and their strategies. */
export function researchRoutes({ cycles, strategies }: Stores): readonly Route[] {
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
  ];
}

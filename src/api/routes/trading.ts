import { z } from 'zod';
import { symbolField } from '../../../queues/fields.ts';
import { ORDER_STATES } from '../../domain/orders/order.ts';
import { type Stores } from '../../ports/stores.ts';
import { idParams, limitField, limitQuery } from '../../http/input-fields.ts';
import { RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';

/** The account's ledger. */
export function tradingRoutes({ orders, ledger, portfolio }: Stores, account: string): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/portfolio',
      tag: 'trading',
      summary: 'Strategies in the portfolio, and their evidence',
      query: z.strictObject({ state: z.enum(['incubating', 'active', 'retired']).optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { state, limit } }) => ({
        items: await portfolio.list({ account, limit, ...(state && { states: [state] }) }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/orders',
      tag: 'trading',
      summary: 'Orders of the account',
      query: z.strictObject({ state: z.enum(ORDER_STATES).optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { state, limit } }) => ({
        items: await orders.list({ account, limit, ...(state && { states: [state] }) }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/orders/:id',
      tag: 'trading',
      summary: 'One order by its client order id',
      params: idParams,
      needs: 'store',
      async handle({ params }) {
        const order = await orders.get(account, params.id);
        if (!order) throw new RequestError(404, 'unknown-order', `there is no order '${params.id}'`);
        return order;
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/positions',
      tag: 'trading',
      summary: 'Positions of each strategy; amount 0 is flat; with realised profit',
      needs: 'store',
      handle: async () => ({ items: await ledger.positions(account) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/trades',
      tag: 'trading',
      summary: 'Fills of the account',
      query: z.strictObject({ symbol: symbolField.optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { symbol, limit } }) => ({
        items: await ledger.fills({ account, limit, ...(symbol && { symbol }) }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/equity',
      tag: 'trading',
      summary: 'Value of the account over market time',
      query: limitQuery,
      needs: 'store',
      handle: async ({ query }) => ({ items: await ledger.equity(account, query.limit) }),
    }),
  ];
}

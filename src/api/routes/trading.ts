import { z } from 'zod';
import { accountField, symbolField } from '../../../queues/fields.ts';
import { mainAccountOf } from '../../domain/portfolio/accounts.ts';
import { companyAccounts } from '../../ports/company-accounts.ts';
import { ORDER_STATES } from '../../domain/orders/order.ts';
import { type Stores } from '../../ports/stores.ts';
import { idParams, limitField } from '../../http/input-fields.ts';
import { RequestError } from '../../http/request-error.ts';
import { defineRoute, type Route } from '../../http/route.ts';

/** The ledger of the company's accounts: the main one, and those of incubating strategies. */
export function tradingRoutes({ orders, ledger, portfolio }: Stores, main: string): readonly Route[] {
  const accounts = (): Promise<string[]> => companyAccounts(portfolio, main);
  return [
    defineRoute({
      method: 'get',
      path: '/api/portfolio',
      tag: 'trading',
      summary: 'Strategies in the portfolio, and their evidence',
      query: z.strictObject({ state: z.enum(['incubating', 'active', 'retired']).optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { state, limit } }) => ({
        items: await portfolio.list({ company: main, limit, ...(state && { states: [state] }) }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/orders',
      tag: 'trading',
      summary: 'Orders of all accounts of the company',
      query: z.strictObject({ state: z.enum(ORDER_STATES).optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { state, limit } }) => ({
        items: await orders.list({ account: await accounts(), limit, ...(state && { states: [state] }) }),
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
        const [order] = (await Promise.all((await accounts()).map((account) => orders.get(account, params.id)))).filter(
          (found) => found !== null,
        );
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
      handle: async () => ({ items: await ledger.positions(await accounts()) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/trades',
      tag: 'trading',
      summary: 'Fills of all accounts of the company',
      query: z.strictObject({ symbol: symbolField.optional(), limit: limitField }),
      needs: 'store',
      handle: async ({ query: { symbol, limit } }) => ({
        items: await ledger.fills({ account: await accounts(), limit, ...(symbol && { symbol }) }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/equity',
      tag: 'trading',
      summary: 'Value of an account over market time: of the main one, or of an incubation account',
      query: z.strictObject({ account: accountField.optional(), limit: limitField }),
      needs: 'store',
      async handle({ query: { account = main, limit } }) {
        if (mainAccountOf(account) !== main)
          throw new RequestError(404, 'unknown-account', `there is no account '${account}' in this company`);
        return { items: await ledger.equity(account, limit) };
      },
    }),
  ];
}

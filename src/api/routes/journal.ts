import { z } from 'zod';
import { type Stores } from '../../ports/stores.ts';
import { countText, limitField, limitQuery } from '../../http/input-fields.ts';
import { defineRoute, type Route } from '../../http/route.ts';

/** Alerts and the audit log. */
export function journalRoutes({ alerts, audit }: Stores): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/alerts',
      tag: 'journal',
      summary: 'Alerts, latest first',
      query: limitQuery,
      needs: 'store',
      handle: async ({ query }) => ({ items: await alerts.list(query.limit) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/audit',
      tag: 'journal',
      summary: 'Entries of the audit log in order; the last ones unless `from` is given',
      query: z.strictObject({
        from: countText.describe('Sequence number of the first entry').optional(),
        limit: limitField,
      }),
      needs: 'store',
      async handle({ query: { from, limit } }) {
        const head = await audit.head();
        const start = from ?? Math.max(0, (head?.seq ?? 0) - limit + 1);
        return { head, items: await audit.read(start, limit) };
      },
    }),
  ];
}

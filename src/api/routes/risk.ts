import { companyAccounts } from '../../ports/company-accounts.ts';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { reasonField, tradingStateField } from '../../../queues/fields.ts';
import { currentStance } from '../../domain/risk/current-stance.ts';
import { type ApiDeps } from '../api-deps.ts';
import { limitQuery } from '../../http/input-fields.ts';
import { defineRoute, type Route } from '../../http/route.ts';

const tradingStateRequest = z
  .strictObject({
    state: tradingStateField,
    reason: reasonField,
    flatten: z
      .boolean()
      .default(false)
      .describe('Also close every position, and open none until somebody resumes; only together with HALTED'),
  })
  .refine(({ state, flatten }) => !flatten || state === 'HALTED', {
    path: ['flatten'],
    message: 'is only allowed with HALTED',
  });

/** Risk state and verdicts, and the operator's control of the trading state. */
export function riskRoutes({
  stores,
  producer,
  account,
}: Pick<ApiDeps, 'stores' | 'producer' | 'account'>): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/risk',
      tag: 'risk',
      summary: 'Trading state, stance and equity marks of the account; null before its first day',
      needs: 'store',
      async handle() {
        const state = await stores.riskState.get(account);
        return { account, state: state && { ...state, stance: currentStance(state) } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/verdicts',
      tag: 'risk',
      summary: 'Verdicts on intents, with reasons',
      query: limitQuery,
      needs: 'store',
      async handle({ query: { limit } }) {
        const accounts = await companyAccounts(stores.portfolio, account);
        return { items: await stores.intents.verdicts({ account: accounts, limit }) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/trading-state',
      tag: 'risk',
      summary: 'Asks the risk manager, as the operator, to set the trading state, or to halt and close everything',
      body: tradingStateRequest,
      status: 202,
      needs: 'redis',
      async handle({ body: { state, reason, flatten } }) {
        const options = { meta: { priority: 'critical', causedBy: 'api' } } as const;
        const name = flatten ? 'flatten' : 'set-state';
        const jobId = flatten
          ? await producer.add(
              'risk-manager',
              'flatten',
              { account, by: 'operator', reason, halt: true },
              { ...options, jobId: `flatten.${randomUUID()}` },
            )
          : await producer.add('risk-manager', 'set-state', { account, state, by: 'operator', reason }, options);
        return { queue: 'risk-manager', jobId, jobs: [{ queue: 'risk-manager', name, jobId }] };
      },
    }),
  ];
}

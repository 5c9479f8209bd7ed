import { companyAccounts } from '../../ports/company-accounts.ts';
import { z } from 'zod';
import { reasonField, tradingStateField } from '../../../queues/fields.ts';
import { currentStance } from '../../domain/risk/current-stance.ts';
import { type ApiDeps } from '../api-deps.ts';
import { limitQuery } from '../../http/input-fields.ts';
import { RequestError } from '../../http/request-error.ts';
import { errorText } from '../../domain/errors.ts';
import { withTimeout } from '../../ports/with-timeout.ts';
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

/** Less than the answer to a request may take. */
const STORED_WITHIN_MS = 7000;

const notStopped = (why: string): RequestError =>
  new RequestError(503, 'brake-failed', `nothing is known to be stopped: ${why}`, {
    advice:
      'Ask again; or run corp halt on a machine that reaches the store; or end every corp start and corp node: what does not run opens nothing',
  });

/** Risk state and verdicts, and the operator's control of the trading state. */
export function riskRoutes({
  stores,
  account,
  brake,
  log,
}: Pick<ApiDeps, 'stores' | 'account' | 'brake' | 'log'>): readonly Route[] {
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
      summary:
        'Sets the trading state, as the operator, in the store; or halts and closes everything. `later` says what Redis was not told',
      body: tradingStateRequest,
      needs: 'store',
      async handle({ body }) {
        try {
          const late = (): Error => notStopped(`the store has not answered within ${STORED_WITHIN_MS / 1000} s`);
          const answer = await withTimeout(STORED_WITHIN_MS, late, brake({ ...body, causedBy: 'api' }));
          log.warn(`operator: ${answer.explanation}`, { account, state: answer.state });
          return answer;
        } catch (error) {
          throw error instanceof RequestError ? error : notStopped(errorText(error));
        }
      },
    }),
  ];
}

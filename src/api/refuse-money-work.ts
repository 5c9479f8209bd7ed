import { randomUUID } from 'node:crypto';
import { RequestError } from '../http/request-error.ts';
import { type ApiDeps } from './api-deps.ts';

/**
 * The risk manager and the trader take work from the company alone. An attempt goes into the audit log.
 * @param subject what was to be changed, such as `trader:settle`
 */
export type RefuseMoneyWork = (subject: string, what: string) => Promise<RequestError>;

export const createRefuseMoneyWork =
  ({ stores, clock }: Pick<ApiDeps, 'stores' | 'clock'>): RefuseMoneyWork =>
  async (subject, what) => {
    const error = new RequestError(403, 'money-queue', what, {
      advice:
        'Use POST /api/trading-state to halt, reduce, resume or flatten; the company repeats work that failed with the next candle',
    });
    await stores.audit.append({
      key: `refused/api/${randomUUID()}`,
      actor: 'api',
      action: 'refused',
      subject,
      at: clock.now(),
      data: { reason: error.message },
    });
    return error;
  };

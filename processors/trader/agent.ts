import { z } from 'zod';
import { idField } from '../../queues/fields.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { childAnswers } from '../agent/child-answers.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { marketsFailed } from '../agent/markets-failed.ts';
import { markAccount, syncOrders, takeFills } from './ledger-sync.ts';
import { placeApproved, type PlaceDeps, type Refusal } from './place-order.ts';

export interface TraderDeps extends AgentDeps, PlaceDeps {
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit' | 'approvals' | 'intents' | 'alerts'>;
  readonly data: MarketData;
}

const withApprovals = z.object({ approvals: z.array(idField) });

/** Execution agent: acts only on signed approvals; keeps orders, fills and positions consistent with the venue. */
export function createTrader(deps: TraderDeps): Agent {
  const { stores, data, broker } = deps;
  const raiseAlert = createRaiseAlert(deps);

  const refuse = async (account: string, approvalId: string, { refused: reason, late }: Refusal): Promise<void> => {
    const severity = late ? 'warning' : 'critical';
    const text = `the trader refused approval ${approvalId}: ${reason}`;
    await raiseAlert({
      key: `refused/${account}/${approvalId}`,
      account,
      severity,
      title: 'Order refused',
      text,
    });
  };

  return defineAgent(
    'trader',
    {
      async execute({ account, approvals: named }, { job, log }) {
        const answered = await childAnswers(job, withApprovals);
        const ids = [...new Set([...named, ...answered.flatMap(({ approvals }) => approvals)])];
        const now = await data.now();
        const orders: string[] = [];
        let refused = 0;
        if (ids.length > 0) await broker.open(account);
        for (const id of ids) {
          const placement = await placeApproved(deps, account, id, now);
          if ('order' in placement) {
            orders.push(placement.order.clientOrderId);
            const { symbol, side, amount, purpose, state } = placement.order;
            log.info('order placed', { symbol, side, amount, purpose, state });
          } else {
            refused += 1;
            log.warn('approval refused', { approvalId: id, reason: placement.refused });
            await refuse(account, id, placement);
          }
        }
        return { orders, refused };
      },

      async settle(closed) {
        const { account } = closed;
        await broker.open(account);
        const failed = await broker.onCandles(closed);
        await syncOrders(deps, account);
        const fills = await takeFills(deps, account);
        const equity = await markAccount(deps, account);
        // The other markets are settled: a retry, or the next candle, settles these.
        if (failed.length > 0) throw marketsFailed('not settled', failed);
        return { fills, equity };
      },

      // Start-up and crash recovery are the same path: read from the venue what happened meanwhile, then trade.
      async reconcile({ account }) {
        await broker.open(account);
        const resolved: string[] = [];
        for (const order of await stores.orders.list({
          account,
          states: ['intended', 'approved', 'submitting', 'unknown'],
        })) {
          if (order.approvalId === undefined || order.parentId !== undefined) continue;
          const placement = await placeApproved(deps, account, order.approvalId, await data.now());
          resolved.push(
            `${order.clientOrderId}: ${order.state} -> ${'order' in placement ? placement.order.state : `refused: ${placement.refused}`}`,
          );
        }
        const orders = await syncOrders(deps, account);
        const fills = await takeFills(deps, account);
        await markAccount(deps, account);
        return { orders, fills, resolved };
      },

      async 'cancel-open'({ account }) {
        await broker.open(account);
        const cancelled: string[] = [];
        for (const venue of await broker.openOrders(account)) {
          if (venue.purpose !== 'entry') continue;
          const after = await broker.cancel(account, venue.clientOrderId);
          if (after?.state === 'cancelled') cancelled.push(venue.clientOrderId);
        }
        await syncOrders(deps, account);
        return { cancelled };
      },
    },
    deps,
  );
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { type Broker } from '../../../src/ports/broker.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, moneyAgentsOf, SYMBOLS, withMoneyAgents, type MoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, openMarkets, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

/** The order row is written, and the process ends before the venue gets the request. */
async function interruptedBeforeSend(
  use: (agents: MoneyAgents, intentId: string) => Promise<void>,
  patch: (intent: Intent) => Intent = (intent) => intent,
): Promise<void> {
  const unreachable = (broker: Broker): Broker => ({
    ...broker,
    submit: () => Promise.reject(new Error('connect timeout')),
    fetchOrder: () => Promise.reject(new AppError('lock-lost', 'the process is gone')),
  });
  await testEnvironment.withCompany(async (company) => {
    await openMarkets(company.context, SYMBOLS);
    const agents = moneyAgentsOf(company);
    const first = await company.node(['risk-manager', 'trader'], { broker: unreachable(company.context.broker) });
    const { id, intentId } = await agents.approved(patch(entryIntent(company.context, 'AAA-USD', 's1')));
    await expect(agents.execute(id)).rejects.toThrow('the process is gone');
    expect(await agents.states()).toEqual(['unknown']);
    await first.close(1000);
    await company.node(['risk-manager', 'trader']);
    await use(agents, intentId);
  });
}

/** M3: an approval dies. */
describe('start-up reconciliation', () => {
  it('bought 11 hours after the decision: the order ends expired', () =>
    interruptedBeforeSend(async (agents, intentId) => {
      await setMarketTime(agents.context, OPENS + 11 * HOUR);
      const { resolved } = await agents.ask('trader', 'reconcile', { account: ACCOUNT });
      expect(resolved).toEqual([`${intentId}: unknown -> expired`]);
      expect(await agents.states()).toEqual(['expired']);
      expect(await agents.venueOrders(intentId)).toEqual([]);
    }));

  it('bought while HALTED: the order ends cancelled, also when trading was resumed meanwhile', async () => {
    for (const last of ['HALTED', 'ACTIVE'] as const) {
      await interruptedBeforeSend(async (agents, intentId) => {
        await agents.setState('HALTED');
        if (last === 'ACTIVE') await agents.setState(last);
        await agents.ask('trader', 'reconcile', { account: ACCOUNT });
        expect(await agents.states()).toEqual(['cancelled']);
        expect(await agents.venueOrders(intentId)).toEqual([]);
      });
    }
  });

  it('sends it when the approval lives and trading is ACTIVE', () =>
    interruptedBeforeSend(async (agents) => {
      await agents.ask('trader', 'reconcile', { account: ACCOUNT });
      expect(await agents.states()).toEqual(['open']);
    }));

  it('an order whose approval is gone from the store ends expired instead of staying unknown for ever', () =>
    interruptedBeforeSend(async (agents, intentId) => {
      await agents.context.stores.orders.transition(ACCOUNT, intentId, ['unknown'], 'unknown', {
        approvalId: 'gone',
        updatedAt: OPENS,
      });
      const stored = await agents.context.stores.orders.get(ACCOUNT, intentId);
      expect(stored?.approvalId).toBe('gone');
      await agents.ask('trader', 'reconcile', { account: ACCOUNT });
      expect(await agents.states()).toEqual(['expired']);
    }));
});

/** M4: the signature covers all that the order does. */
describe('an intent row that was changed after its approval', () => {
  it.each<readonly [string, Partial<Intent>]>([
    ['lost its bracket', { bracket: undefined }],
    ['lost its time exit', { bracket: { stop: { kind: 'percent', value: 0.05 } } }],
    ['names another price of the decision', { asOf: OPENS - HOUR, referencePrice: 1 }],
  ] as readonly (readonly [string, Partial<Intent>])[])('that %s does not change the order', (_, change) =>
    withMoneyAgents(
      testEnvironment,
      async (agents) => {
        const bracket = { stop: { kind: 'percent', value: 0.05 }, maxHoldBars: 3 } as const;
        const { id, intentId } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1', { bracket }));
        changed = { id: intentId, change };
        await agents.execute(id);
        await agents.pass();
        expect((await agents.venueOrders(intentId)).map(({ purpose }) => purpose).sort()).toEqual([
          'entry',
          'exit',
          'stop',
        ]);
        expect(await agents.context.stores.orders.get(ACCOUNT, intentId)).toMatchObject({ bracket, createdAt: OPENS });
      },
      { stores: (stores) => ({ ...stores, intents: tampered(stores.intents) }) },
    ),
  );

  it('and names another strategy, market, timeframe, side or purpose is refused', async () => {
    for (const change of [
      { strategyHash: 'x' },
      { symbol: 'BBB-USD' },
      { timeframe: '1d' },
      { side: 'sell' },
      { purpose: 'exit' },
    ] as const) {
      await withMoneyAgents(
        testEnvironment,
        async (agents) => {
          const { id, intentId } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
          changed = { id: intentId, change };
          expect(await agents.execute(id)).toEqual({ orders: [], refused: 1 });
        },
        { stores: (stores) => ({ ...stores, intents: tampered(stores.intents) }) },
      );
    }
  });
});

let changed: { readonly id: string; readonly change: Partial<Intent> } = { id: '', change: {} };

/** A store whose row of one intent was changed by somebody. */
const tampered = (intents: MoneyAgents['context']['stores']['intents']): typeof intents => ({
  ...intents,
  async get(account, id) {
    const intent = await intents.get(account, id);
    if (!intent || id !== changed.id) return intent;
    const next = { ...intent, ...changed.change };
    if ('bracket' in changed.change && changed.change.bracket === undefined)
      delete (next as { bracket?: unknown }).bracket;
    return next;
  },
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitReconciliation } from '../../../processors/risk-manager/await-reconciliation.ts';
import { createRiskStates } from '../../../processors/risk-manager/risk-states.ts';
import { plain } from '../../../src/domain/risk/figures.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type PlacedRequest } from '../../../src/ports/broker.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { closingIntent } from '../../../src/domain/risk/closing-intent.ts';
import { entryIntent, HOUR, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

/** Faults that the simulator of faults (`npm run faults`) has found, on real queues and stores. */
describe('found by the simulator of faults', () => {
  it('a process that was frozen overwrote a position with what it knew before, and trading was reduced for good', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { context, pass, execute, approved } = agents;
      const { id } = await approved(entryIntent(context, 'AAA-USD', 's1'));
      await execute(id);
      await pass();
      const [before] = await context.stores.ledger.positions(ACCOUNT);
      expect(before!.amount).toBeGreaterThan(0);
      await context.stores.ledger.savePositions([{ ...before!, amount: 0, averagePrice: 0, openedAt: null }]);
      await pass();
      expect(await context.stores.ledger.positions(ACCOUNT)).toEqual([before]);
      expect((await agents.riskState()).tradingState).toBe('ACTIVE');
    }));

  it('entries were reviewed while the books were still being compared after a start', async () => {
    const seen: (boolean | undefined)[] = [];
    const watching = (stores: Stores): Stores => ({
      ...stores,
      ledger: {
        ...stores.ledger,
        async positions(account) {
          seen.push((await stores.riskState.get(ACCOUNT))?.unreconciled);
          return stores.ledger.positions(account);
        },
      },
    });
    await withMoneyAgents(
      testEnvironment,
      async ({ context, ask, riskState }) => {
        const { stores, broker } = context;
        const riskStates = createRiskStates({ riskState: stores.riskState, broker });
        await riskStates.read(ACCOUNT);
        await awaitReconciliation(riskStates, stores.riskState, ACCOUNT);
        await ask('trader', 'reconcile', { account: ACCOUNT });
        expect(seen.length).toBeGreaterThan(0);
        expect(new Set(seen)).toEqual(new Set([true]));
        expect((await riskState()).unreconciled).toBeUndefined();
      },
      { stores: watching },
    );
  });

  it('a process that was frozen before its send sent an order that its successor had ended: it was filled unseen', async () => {
    const late: PlacedRequest[] = [];
    let isFrozen = true;
    await withMoneyAgents(
      testEnvironment,
      async (agents) => {
        const { context, ask, approved, pass } = agents;
        const { stores, broker } = context;
        const { id, intentId } = await approved(entryIntent(context, 'AAA-USD', 's1'));
        await expect(agents.execute(id)).rejects.toThrow(/unknown/);
        await ask('risk-manager', 'set-state', { account: ACCOUNT, state: 'REDUCING', reason: 'test', by: 'operator' });
        await ask('trader', 'reconcile', { account: ACCOUNT });
        await ask('risk-manager', 'set-state', { account: ACCOUNT, state: 'ACTIVE', reason: 'test', by: 'operator' });
        expect((await stores.orders.get(ACCOUNT, intentId))?.state).toBe('cancelled');
        isFrozen = false;
        await broker.submit(late[0]!);
        await pass();
        expect(await stores.orders.get(ACCOUNT, intentId)).toMatchObject({
          state: 'filled',
          filledAmount: late[0]!.amount,
        });
        const legs = (await stores.orders.list({ account: ACCOUNT })).filter(({ parentId }) => parentId === intentId);
        expect(legs.map(({ purpose, state }) => [purpose, state])).toContainEqual(['stop', 'open']);
        expect((await agents.riskState()).tradingState).toBe('ACTIVE');
        const told = (await agents.alerts()).filter(({ title }) => title === 'Ended order was filled');
        expect(told.map(({ text }) => text.replace(intentId, 'ID'))).toEqual([
          `entry order ID was cancelled (trading is REDUCING (test)), but buy ${plain(late[0]!.amount)} AAA-USD was filled at the venue: the ledger counts it as filled`,
        ]);
      },
      {
        broker: (broker) => ({
          ...broker,
          async submit(request) {
            if (!isFrozen) return broker.submit(request);
            late.push(request);
            throw new AppError('venue-unavailable', 'no answer', { retryable: true });
          },
        }),
      },
    );
  });

  it('an exit was approved before a crash, and its position was closed by the time the review was repeated', async () => {
    let isAway = false;
    const leaving = (stores: Stores): Stores => ({
      ...stores,
      approvals: {
        ...stores.approvals,
        issue: async (approval) =>
          isAway ? Promise.reject(new AppError('store-away', 'no answer')) : stores.approvals.issue(approval),
      },
    });
    await withMoneyAgents(
      testEnvironment,
      async (agents) => {
        const { context, approved, pass, review } = agents;
        const entry = await approved(entryIntent(context, 'AAA-USD', 's1'));
        await agents.execute(entry.id);
        await pass();
        const [held] = await context.stores.ledger.positions(ACCOUNT);
        const asOf = OPENS + HOUR;
        const closing = {
          account: ACCOUNT,
          symbol: 'AAA-USD',
          strategyHash: held!.strategyHash,
          timeframe: '1h',
        } as const;
        const exit = {
          ...closingIntent({
            ...closing,
            purpose: 'reduce',
            side: 'sell',
            amount: held!.amount,
            price: 100,
            asOf,
            candleTime: OPENS,
            because: 'test',
          }),
          purpose: 'exit',
        } as const;
        isAway = true;
        await expect(review(exit)).rejects.toThrow(/no answer/);
        isAway = false;
        await context.broker.submit({
          ...closing,
          clientOrderId: 'closed',
          side: 'sell',
          type: 'market',
          purpose: 'flatten',
          amount: held!.amount,
          time: asOf,
        });
        await pass();
        expect(await context.broker.positions(ACCOUNT)).toEqual([]);
        expect(await review(exit)).toMatchObject({ approved: 0, withheld: 1, approvals: [] });
        const record = await context.stores.audit.head();
        expect(record?.data).toMatchObject({
          withheld: [{ intentId: exit.id, reasons: [{ code: 'nothing-to-close' }] }],
        });
      },
      { stores: leaving },
    );
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitReconciliation } from '../../../processors/risk-manager/await-reconciliation.ts';
import { createRiskStates } from '../../../processors/risk-manager/risk-states.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent } from '../../fixtures/synthetic-market.ts';

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
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, moneyAgentsOf, withMoneyAgents, type MoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, openMarkets, OPENS } from '../../fixtures/synthetic-market.ts';
import { SYMBOLS } from '../../fixtures/money-agents.ts';

const DAY = 24 * HOUR;

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

async function hold(agents: MoneyAgents): Promise<void> {
  const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
  await agents.execute(id);
  await agents.pass();
  expect((await agents.held()).filter((amount) => amount > 0)).toHaveLength(1);
}

const flatten = (agents: Pick<MoneyAgents, 'ask'>) =>
  agents.ask(
    'risk-manager',
    'flatten',
    { account: ACCOUNT, by: 'operator', reason: 'out', halt: false },
    { jobId: 'f1' },
  );

const openFlattens = async ({ context }: MoneyAgents): Promise<number> =>
  (await context.broker.openOrders(ACCOUNT)).filter(({ purpose }) => purpose === 'flatten').length;

/** Faults that somebody found who had read the promises only. */
describe('found from outside', () => {
  it('a flatten that was withdrawn was carried out all the same, without an alert', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      await hold(agents);
      const { jobId } = await flatten(agents);
      await agents.ended('trader', jobId);
      expect(await openFlattens(agents)).toBe(1);
      await agents.setState('ACTIVE');
      await agents.ended('trader', `cancel-withdrawn.${ACCOUNT}.f1`);
      expect(await openFlattens(agents)).toBe(0);
      await agents.pass();
      expect((await agents.held()).filter((amount) => amount > 0)).toHaveLength(1);
      const told = (await agents.alerts()).find(({ title }) => title === 'Flatten withdrawn');
      expect(told?.text).toMatch(/^1 closing orders were cancelled; held: [\d.]+ AAA-USD$/);
      expect((await agents.riskState()).withdrawnFlatten).toBeUndefined();
    }));

  it('the closing orders of a withdrawn flatten filled with the candle when their cancel was lost', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      await hold(agents);
      const { jobId } = await flatten(agents);
      await agents.ended('trader', jobId);
      const { riskState } = agents.context.stores;
      const state = (await riskState.get(ACCOUNT))!;
      const { flatten: _, ...resumed } = { ...state, tradingState: 'ACTIVE', withdrawnFlatten: 'f1' } as const;
      await riskState.save(resumed, state.version);
      await agents.pass();
      expect((await agents.held()).filter((amount) => amount > 0)).toHaveLength(1);
    }));

  it('a flatten that was withdrawn before a trader ran was carried out when one started', () =>
    testEnvironment.withCompany(async (company) => {
      await openMarkets(company.context, SYMBOLS);
      const first = await company.node(['risk-manager', 'trader']);
      const agents = moneyAgentsOf(company);
      await hold(agents);
      await first.close(1000);
      await company.node(['risk-manager']);
      const { jobId } = await flatten(agents);
      await agents.setState('ACTIVE');
      await company.node(['trader']);
      await agents.ended('trader', jobId);
      await agents.pass();
      expect((await agents.held()).filter((amount) => amount > 0)).toHaveLength(1);
      expect(await openFlattens(agents)).toBe(0);
    }));

  it('an emergency for an account that nobody knows raised alerts that everything is being closed', () =>
    withMoneyAgents(
      testEnvironment,
      async ({ ask, alerts }) => {
        const wrong = { account: 'paper-typo', reason: 'storm', flatten: true };
        await expect(ask('ceo', 'emergency', wrong)).rejects.toThrow('there is no account paper-typo');
        expect(await alerts()).toEqual([]);
      },
      { agents: ['risk-manager', 'trader', 'ceo'] },
    ));

  it("reports of past days with today's figures could be ordered", () =>
    withMoneyAgents(
      testEnvironment,
      async ({ ask, alerts }) => {
        const midnight = Math.floor(OPENS / DAY) * DAY;
        for (const day of [midnight - 3 * DAY, midnight + 5])
          await expect(ask('ceo', 'stop-day', { account: ACCOUNT, day })).rejects.toThrow('a day is its midnight UTC');
        expect(await alerts()).toEqual([]);
      },
      { agents: ['ceo', 'trader', 'risk-manager'] },
    ));

  it('the daily report left the first candle of the day out', () =>
    withMoneyAgents(
      testEnvironment,
      async ({ ask, alerts, context }) => {
        const midnight = Math.floor(OPENS / DAY) * DAY;
        const { ledger } = context.stores;
        const point = { account: ACCOUNT, cash: 0, exposure: 0 };
        await ledger.recordEquity({ ...point, time: midnight - HOUR, equity: 200_000 });
        await ledger.recordEquity({ ...point, time: midnight, equity: 100_000 });
        await ask('risk-manager', 'monitor', { account: ACCOUNT });
        await ask('ceo', 'stop-day', { account: ACCOUNT, day: midnight });
        const report = (await alerts()).find(({ title }) => title.startsWith('Daily report'));
        expect(report?.text).toContain('(-50.00 % today)');
      },
      { agents: ['ceo', 'trader', 'risk-manager'] },
    ));
});

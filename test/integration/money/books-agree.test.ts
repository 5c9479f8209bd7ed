import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents, type MoneyAgents, type MoneySetting } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const holding = (use: (agents: MoneyAgents) => Promise<void>, setting: MoneySetting = {}) =>
  withMoneyAgents(
    testEnvironment,
    async (agents) => {
      const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
      await agents.execute(id);
      await agents.pass();
      await use(agents);
    },
    setting,
  );

/** M5: the ledger equals the venue. */
describe('ledger and venue', () => {
  it('fills of a candle that was not settled never entered the ledger: the cursor finds them', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { context } = agents;
      await agents.pass();
      const { id, amount } = await agents.approved(entryIntent(context, 'AAA-USD', 's1', { asOf: OPENS + HOUR }));
      await agents.execute(id);
      await setMarketTime(context, OPENS + 2 * HOUR);
      const candleTime = OPENS + HOUR;
      await context.broker.onCandles({ account: ACCOUNT, symbols: ['AAA-USD'], timeframe: '1h', candleTime });
      for (let i = 0; i < 4; i += 1) await agents.pass();
      expect(await agents.held()).toEqual([amount]);
      const [fill] = await context.stores.ledger.fills({ account: ACCOUNT });
      expect(await context.stores.ledger.mark(ACCOUNT)).toMatchObject({ lastFill: fill?.id, openingCash: 100_000 });
      expect((await agents.riskState()).tradingState).toBe('ACTIVE');
    }));

  it('a position that only the venue has reduces trading, with both sides, until it is explained', async () => {
    let stranger = false;
    await holding(
      async (agents) => {
        expect((await agents.riskState()).tradingState).toBe('ACTIVE');
        stranger = true;
        await agents.pass();
        await agents.pass();
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
        const alerts = (await agents.alerts()).filter(({ title }) => title === 'Trouble: venue-differs');
        expect(alerts).toHaveLength(1);
        expect(alerts[0]?.text).toContain('position BBB-USD/x: 0 in the ledger, 2 at the venue');
        stranger = false;
        for (const expected of ['REDUCING', 'REDUCING', 'ACTIVE']) {
          await agents.pass();
          expect((await agents.riskState()).tradingState).toBe(expected);
        }
      },
      {
        broker: (broker) => ({
          ...broker,
          async positions(account) {
            const held = await broker.positions(account);
            return stranger ? [...held, { strategyHash: 'x', symbol: 'BBB-USD', amount: 2 }] : held;
          },
        }),
      },
    );
  });

  it.each(['orders', 'cash'] as const)('a difference of %s at start reduces trading', async (what) => {
    let differs = false;
    await holding(
      async (agents) => {
        differs = true;
        const { difference } = await agents.ask('trader', 'reconcile', { account: ACCOUNT });
        expect(difference).toMatch(
          what === 'cash' ? /^cash: \S+ in the ledger, \S+ at the venue$/ : /not open at the venue/,
        );
        expect((await agents.riskState()).tradingState).toBe('REDUCING');
      },
      {
        broker: (broker) => ({
          ...broker,
          openOrders: async (account) => (differs && what === 'orders' ? [] : broker.openOrders(account)),
          async balance(account) {
            const balance = await broker.balance(account);
            return differs && what === 'cash' ? { ...balance, cash: balance.cash - 1 } : balance;
          },
        }),
      },
    );
  });

  it('are compared at intervals: a fill between two answers of the venue is no difference, a lost one is', async () => {
    let hides = 0;
    let stranger = false;
    await holding(
      async (agents) => {
        const compare = () => agents.ask('trader', 'compare', { account: ACCOUNT });
        expect(await compare()).toEqual({ fills: 0 });
        // The first answer comes from before a fill.
        hides = 1;
        expect(await compare()).toEqual({ fills: 0 });
        expect((await agents.riskState()).tradingState).toBe('ACTIVE');
        stranger = true;
        const { difference } = await compare();
        expect(difference).toBe('position BBB-USD/x: 0 in the ledger, 2 at the venue');
        await compare();
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
        expect((await agents.alerts()).filter(({ title }) => title === 'Trouble: venue-differs')).toHaveLength(1);
        // Comparing alone is no candle in time: the state lifts with candles.
        stranger = false;
        for (let i = 0; i < 4; i += 1) await compare();
        expect((await agents.riskState()).tradingState).toBe('REDUCING');
      },
      {
        broker: (broker) => ({
          ...broker,
          async positions(account) {
            const held = await broker.positions(account);
            if (hides > 0) {
              hides -= 1;
              return [];
            }
            return stranger ? [...held, { strategyHash: 'x', symbol: 'BBB-USD', amount: 2 }] : held;
          },
        }),
      },
    );
  });

  it('a reconciliation that fails for good reduces trading, and says why', async () => {
    let isAway = false;
    await holding(
      async (agents) => {
        isAway = true;
        await expect(agents.ask('trader', 'reconcile', { account: ACCOUNT })).rejects.toThrow('the venue is closed');
        isAway = false;
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
        expect((await agents.alerts())[0]?.text).toBe(
          'reconcile: the venue is closed; trading is REDUCING, set by trouble',
        );
      },
      {
        broker: (broker) => ({
          ...broker,
          fills: (...request) =>
            isAway ? Promise.reject(new AppError('venue-closed', 'the venue is closed')) : broker.fills(...request),
        }),
      },
    );
  });

  it('nothing is reviewed before reconciliation has succeeded', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { context } = agents;
      await agents.review(entryIntent(context, 'AAA-USD', 's1'));
      const { version } = await agents.riskState();
      await context.stores.riskState.save({ ...(await agents.riskState()), unreconciled: true }, version);
      const ids = await agents.intend(entryIntent(context, 'BBB-USD', 's1'));
      const jobId = await context.producer.add('risk-manager', 'review', { account: ACCOUNT, intents: [...ids] });
      await agents.until(async () => {
        const job = await context.producer.queue('risk-manager').getJob(jobId);
        return (job?.attemptsMade ?? 0) > 0;
      });
      const verdicts = await context.stores.intents.verdicts({ account: ACCOUNT });
      expect(verdicts.map(({ intentId }) => intentId)).not.toContain(ids[0]);
      await agents.ask('trader', 'reconcile', { account: ACCOUNT });
      expect((await agents.ended('risk-manager', jobId)).returnvalue).toMatchObject({ approved: 1 });
    }));
});

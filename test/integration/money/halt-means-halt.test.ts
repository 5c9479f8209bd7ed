import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker } from '../../../src/ports/broker.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents, type MoneyAgents, type MoneySetting } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, OPENS, passCandle } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const onVenue =
  (use: (agents: MoneyAgents) => Promise<void>, setting: MoneySetting = {}) =>
  (): Promise<void> =>
    withMoneyAgents(testEnvironment, use, { agents: ['risk-manager', 'trader', 'analyst'], ...setting });

const openAmounts = async ({ held }: MoneyAgents): Promise<number> => (await held()).filter((a) => a !== 0).length;

/** M1: no order that opens a position reaches the venue or stays alive there once HALTED or REDUCING is stored. */
describe('halt means halt', () => {
  it.each(['HALTED', 'REDUCING'] as const)('an approval was executed after set-state %s', async (state) =>
    onVenue(async (agents) => {
      const { id, intentId } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
      await agents.setState(state);
      expect(await agents.execute(id)).toEqual({ orders: [], refused: 1 });
      expect(await agents.venueOrders(intentId)).toEqual([]);
    })(),
  );

  it(
    'an approval from before a halt was executed after the halt was over',
    onVenue(async (agents) => {
      const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
      await agents.setState('HALTED');
      await agents.setState('ACTIVE');
      expect(await agents.execute(id)).toEqual({ orders: [], refused: 1 });
    }),
  );

  it.each(['HALTED', 'REDUCING'] as const)('entries at the venue filled while %s', async (state) =>
    onVenue(async (agents) => {
      const { id, intentId } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
      await agents.execute(id);
      await agents.setState(state);
      await agents.pass();
      expect(await openAmounts(agents)).toBe(0);
      expect(await agents.venueOrders(intentId)).toMatchObject([{ state: 'cancelled' }]);
      expect(await agents.states()).toEqual(['cancelled']);
    })(),
  );

  it(
    'entries at the venue filled after a drawdown limit set REDUCING',
    onVenue(
      async (agents) => {
        const { context, ask } = agents;
        const falls = await agents.approved(entryIntent(context, 'AAA-USD', 's1', { requestedFraction: 0.05 }));
        const rests = await agents.approved(entryIntent(context, 'BBB-USD', 's2'));
        await agents.execute(falls.id, rests.id);
        await ask('risk-manager', 'monitor', { account: ACCOUNT });
        // The candle of the second market comes late.
        await passCandle(context, (closed) => ask('trader', 'settle', closed), ['AAA-USD']);
        await ask('risk-manager', 'monitor', { account: ACCOUNT });
        expect((await agents.riskState()).tradingState).toBe('REDUCING');
        await agents.pass();
        expect(await agents.venueOrders(rests.intentId)).toMatchObject([{ state: 'cancelled' }]);
      },
      { closes: [99, 99, 99], environment: { CORP_RISK__MAX_DAILY_DRAWDOWN: '0.0005' } },
    ),
  );

  it('an order was sent although trading was halted after its approval was used', async () => {
    let agents: MoneyAgents | undefined;
    let sent = 0;
    const watched = (broker: Broker): Broker => ({
      ...broker,
      submit(request) {
        sent += 1;
        return broker.submit(request);
      },
    });
    const halting = (stores: Stores): Stores => ({
      ...stores,
      approvals: {
        ...stores.approvals,
        async consume(...use) {
          const used = await stores.approvals.consume(...use);
          await agents?.setState('HALTED');
          return used;
        },
      },
    });
    await onVenue(
      async (all) => {
        const { id } = await all.approved(entryIntent(all.context, 'AAA-USD', 's1'));
        agents = all;
        await all.execute(id);
        expect(sent).toBe(0);
        expect(await all.states()).toEqual(['cancelled']);
      },
      { broker: watched, stores: halting },
    )();
  });

  it(
    'a cancel that crossed a fill was not reported',
    onVenue(
      async (agents) => {
        const { id, intentId } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
        await agents.execute(id);
        await agents.ask('trader', 'cancel-open', { account: ACCOUNT, reason: 'test' });
        expect(await openAmounts(agents)).toBe(1);
        const group = await agents.venueOrders(intentId);
        expect(group.map(({ purpose, state }) => `${purpose} ${state}`).sort()).toEqual(['entry filled', 'stop open']);
        expect(await agents.alerts()).toMatchObject([
          { title: 'Entry filled before its cancel', text: expect.stringContaining('AAA-USD') as string },
        ]);
      },
      {
        broker: (broker) => ({
          ...broker,
          // The fill overtakes the cancel.
          async cancel(account, id) {
            const order = await broker.fetchOrder(account, id);
            if (order?.state === 'open')
              await broker.onCandles({ account, symbols: [order.symbol], timeframe: '1h', candleTime: OPENS });
            return broker.cancel(account, id);
          },
        }),
      },
    ),
  );
});

describe('while HALTED', () => {
  const withPosition = (use: (agents: MoneyAgents) => Promise<void>, maxHoldBars?: number) =>
    onVenue(async (agents) => {
      const stop = { kind: 'percent', value: 0.05 } as const;
      const bracket = maxHoldBars === undefined ? { stop } : { stop, maxHoldBars };
      const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1', { bracket }));
      await agents.execute(id);
      await agents.pass();
      expect(await openAmounts(agents)).toBe(1);
      await use(agents);
    });

  it(
    'an exit at the end of a holding time waits, and goes on afterwards',
    withPosition(async (agents) => {
      await agents.setState('HALTED');
      await agents.pass();
      await agents.pass();
      expect(await openAmounts(agents)).toBe(1);
      await agents.setState('REDUCING');
      await agents.pass();
      expect(await openAmounts(agents)).toBe(0);
    }, 1),
  );

  it(
    'a rule exit waits, and the next candle after the halt decides it',
    withPosition(async (agents) => {
      const { context } = agents;
      const exit = entryIntent(context, 'AAA-USD', 's1', {
        asOf: OPENS + HOUR,
        side: 'sell',
        purpose: 'exit',
        requestedFraction: 0,
        closeAmount: 1e9,
      });
      const waiting = { ...exit, id: 'waits' };
      await agents.setState('HALTED');
      expect(await agents.review(waiting)).toMatchObject({ approved: 0, vetoed: 0, waiting: 1, approvals: [] });
      const signals = () =>
        agents.ask('analyst', 'signals', {
          account: ACCOUNT,
          symbols: ['AAA-USD'],
          timeframe: '1h',
          candleTime: OPENS,
        });
      expect((await signals()).intents).toEqual([]);
      await agents.setState('ACTIVE');
      expect((await signals()).intents).toEqual(['waits']);
      const { approvals } = await agents.review(waiting);
      await agents.execute(...approvals);
      await agents.pass();
      expect(await openAmounts(agents)).toBe(0);
      expect((await signals()).intents).toEqual([]);
    }),
  );
});

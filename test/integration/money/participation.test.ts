import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

/** Base units that the fills of a candle take together: 0.4 % of the 1000 that are traded in each. */
const A_CANDLE = 4;

describe.each(['bracket', 'plain'])('fills that take a share of the volume on a %s venue', (profile) => {
  it('give an entry what there is and cancel the rest; a flatten goes on candle by candle until nothing is held', () =>
    withMoneyAgents(
      testEnvironment,
      async (agents) => {
        const { context, ask } = agents;
        const approval = await agents.approved(entryIntent(context, 'AAA-USD', 's1'));
        expect(approval.amount).toBeGreaterThan(2 * A_CANDLE);
        await agents.execute(approval.id);
        await agents.pass();
        const order = await context.stores.orders.get(ACCOUNT, approval.intentId);
        expect(order).toMatchObject({ state: 'cancelled', filledAmount: A_CANDLE });
        expect(await agents.held()).toEqual([A_CANDLE]);
        const stops = (await context.broker.openOrders(ACCOUNT)).filter(({ purpose }) => purpose === 'stop');
        expect(stops.map(({ amount }) => amount)).toEqual([A_CANDLE]);

        // A second position on the same market, so that one candle does not have enough for both.
        const asOf = await context.data.now();
        const second = await agents.approved(entryIntent(context, 'AAA-USD', 's2', { asOf }));
        await agents.execute(second.id);
        await agents.pass();
        const total = async () => (await agents.held()).reduce((sum, amount) => sum + amount, 0);
        expect(await total()).toBe(2 * A_CANDLE);
        const flatten = { account: ACCOUNT, by: 'operator', reason: 'out', halt: true } as const;
        const { jobId } = await ask('risk-manager', 'flatten', flatten, { jobId: 'f1' });
        await agents.ended('trader', jobId);
        const left: number[] = [];
        for (let candle = 0; candle < 3 && (await total()) > 0; candle += 1) {
          await agents.pass();
          left.push(await total());
        }
        expect(left).toEqual([A_CANDLE, 0]);
        expect((await ask('trader', 'compare', { account: ACCOUNT })).difference).toBeUndefined();
      },
      {
        environment: {
          CORP_EXCHANGE__PAPER__PROFILE: profile,
          CORP_EXCHANGE__PAPER__PARTICIPATION: '0.004',
        },
      },
    ));
});

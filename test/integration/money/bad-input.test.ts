import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MONEY_QUEUES } from '../../../queues/names.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents, type MoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, OPENS, strategyHash } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

const refusals = async ({ context }: MoneyAgents) =>
  (await context.stores.audit.read(1, 1000)).filter(({ action }) => action === 'refuse-approval');

describe('intents', () => {
  it('for an unknown market are vetoed with the reason, and the others of the review are answered', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const answer = await agents.review(
        entryIntent(agents.context, 'ZZZ-USD', 's1'),
        entryIntent(agents.context, 'AAA-USD', 's1'),
      );
      expect(answer).toMatchObject({ approved: 1, vetoed: 1 });
      const verdicts = await agents.context.stores.intents.verdicts({ account: ACCOUNT });
      expect(verdicts.find(({ decision }) => decision === 'veto')?.reasons).toEqual([
        { code: 'unknown-market', text: expect.stringContaining('ZZZ-USD') as string },
      ]);
    }));

  it.each([0, -0.01, Infinity, 1e308])('with a fraction of %d are vetoed, and no order exists', (requestedFraction) =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const intent = entryIntent(agents.context, 'AAA-USD', 's1', { requestedFraction });
      expect(await agents.review(intent)).toMatchObject({ vetoed: 1, approvals: [] });
      expect(await agents.states()).toEqual([]);
    }),
  );

  it('that are no numbers do not enter the store', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { intents } = agents.context.stores;
      const intent = entryIntent(agents.context, 'AAA-USD', 's1');
      for (const patch of [{ requestedFraction: NaN }, { referencePrice: NaN }, { closeAmount: NaN }, { asOf: NaN }])
        await expect(intents.addMany([{ ...intent, ...patch }])).rejects.toThrow();
      expect(await intents.get(ACCOUNT, intent.id)).toBeNull();
    }));

  it('that nobody stored fail the review, which is audited', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { ask, context } = agents;
      await expect(ask('risk-manager', 'review', { account: ACCOUNT, intents: ['forged'] })).rejects.toThrow('forged');
      expect(await context.stores.audit.read(1, 100)).toMatchObject([
        { actor: 'risk-manager', action: 'review', data: { failed: { code: 'unknown-intent' } } },
      ]);
    }));
});

/** The row of an approval after somebody changed it. */
let forged: (approval: Approval) => Approval = (approval) => approval;
const withForgery = (stores: Stores): Stores => ({
  ...stores,
  approvals: {
    ...stores.approvals,
    async get(id) {
      const approval = await stores.approvals.get(id);
      return approval && forged(approval);
    },
  },
});

const FORGERIES: Readonly<Record<Exclude<keyof Approval, 'id' | 'account' | 'signature'>, Partial<Approval>>> = {
  intentId: { intentId: 'bc-another' },
  strategyHash: { strategyHash: 'another' },
  symbol: { symbol: 'BBB-USD' },
  timeframe: { timeframe: '1d' },
  side: { side: 'sell' },
  purpose: { purpose: 'exit' },
  type: { type: 'limit' },
  amount: { amount: 1e6 },
  price: { price: 1 },
  postOnly: { postOnly: true },
  waitBars: { waitBars: 1000 },
  minPrice: { minPrice: 0 },
  maxPrice: { maxPrice: 1e9 },
  bracket: { bracket: { stop: { kind: 'percent', value: 0.9 } } },
  asOf: { asOf: OPENS - HOUR },
  expiresAt: { expiresAt: OPENS + 1e12 },
  epoch: { epoch: 7 },
  nonce: { nonce: 'another' },
};

describe('an approval', () => {
  const refused = (use: (agents: MoneyAgents, approval: Approval) => Promise<string>, reason: RegExp) =>
    withMoneyAgents(
      testEnvironment,
      async (agents) => {
        forged = (approval) => approval;
        const approval = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
        const id = await use(agents, approval);
        expect(await agents.execute(id)).toEqual({ orders: [], refused: 1 });
        expect(await agents.states()).toEqual([]);
        expect(await agents.context.broker.openOrders(ACCOUNT)).toEqual([]);
        const [alert] = (await agents.alerts()).filter(({ title }) => title === 'Order refused');
        expect(alert?.text).toMatch(reason);
        expect(await refusals(agents)).toMatchObject([
          { actor: 'trader', subject: id, data: { reason: expect.stringMatching(reason) as string } },
        ]);
      },
      { stores: withForgery },
    );

  it.each(Object.entries(FORGERIES))('whose %s was altered is refused', (_, change) =>
    refused(async (_agents, { id }) => {
      forged = (approval) => ({ ...approval, ...change });
      return id;
    }, /does not carry the risk manager's signature/),
  );

  it('without its signature is refused', () =>
    refused(async (_agents, { id }) => {
      forged = (approval) => ({ ...approval, signature: '' });
      return id;
    }, /signature/));

  it('of another account is refused', () =>
    refused(async (_agents, { id }) => {
      forged = (approval) => ({ ...approval, account: 'another' });
      return id;
    }, /is for account another, not paper/));

  it('that somebody has made up does not count as an entry under way', () =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { context } = agents;
      const real = await agents.approved(entryIntent(context, 'BBB-USD', 's1'));
      const madeUp = { id: 'made-up', intentId: 'bc-made-up', strategyHash: strategyHash('s2'), symbol: 'AAA-USD' };
      await context.stores.approvals.issue({ ...real, ...madeUp, expiresAt: OPENS + 1e12 });
      expect((await agents.approved(entryIntent(context, 'AAA-USD', 's2'))).symbol).toBe('AAA-USD');
    }));

  it('that does not exist is refused', () => refused(async () => 'nobody', /there is no approval nobody/));

  it('that has expired is refused, with the time', () =>
    refused(async (agents, { id }) => {
      await setMarketTime(agents.context, OPENS + 3 * HOUR);
      return id;
    }, /expired at 2025-01-08 14:00 UTC; the market time is 2025-01-08 15:00 UTC/));

  it('used twice gives one order; for another intent it is refused', () =>
    withMoneyAgents(
      testEnvironment,
      async (agents) => {
        forged = (approval) => approval;
        const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
        const first = await agents.execute(id);
        expect(await agents.execute(id)).toEqual(first);
        await agents.pass();
        expect(await agents.execute(id)).toEqual(first);
        expect(await agents.held()).toHaveLength(1);
        const { approvals } = agents.context.stores;
        expect(await approvals.consume(id, 'bc-another', OPENS)).toBe(false);
      },
      { stores: withForgery },
    ));
});

describe('a job on a money queue', () => {
  it.each(MONEY_QUEUES)('of %s that no contract knows, or with wrong data, is refused and audited', (queue) =>
    withMoneyAgents(testEnvironment, async (agents) => {
      const { context, ended } = agents;
      const name = queue === 'trader' ? 'settle' : 'monitor';
      const wrong = [
        ['print-money', { meta: {}, payload: {} }],
        [name, { meta: {}, payload: { account: 1 } }],
        [name, 'no envelope'],
      ] as const;
      for (const [i, [job, data]] of wrong.entries()) {
        await context.producer.queue(queue).add(job, data, { jobId: `wrong-${i}` });
        expect(await (await ended(queue, `wrong-${i}`)).isFailed()).toBe(true);
      }
      const entries = await context.stores.audit.read(1, 100);
      expect(entries.map(({ data }) => (data['failed'] as { code: string }).code)).toEqual([
        'unknown-job',
        'bad-message',
        'bad-message',
      ]);
    }),
  );
});

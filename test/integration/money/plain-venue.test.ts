import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPaperBroker } from '../../../src/adapters/paper/broker.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { type Bracket } from '../../../src/domain/orders/order.ts';
import { type Irregularities, NO_IRREGULARITIES } from '../../../src/domain/portfolio/irregularities.ts';
import { closingIntent } from '../../../src/domain/risk/closing-intent.ts';
import { openOrdersOf } from '../../../src/domain/portfolio/paper-venue/account.ts';
import { type Broker } from '../../../src/ports/broker.ts';
import { type PlainAccount } from '../../fixtures/plain-account.ts';
import { type VenueAccountStore } from '../../../src/ports/stores.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import {
  ACCOUNT,
  type MoneyAgents,
  moneyAgentsOf,
  type MoneySetting,
  SYMBOLS,
  withMoneyAgents,
} from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, openMarkets, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

const SYMBOL = 'AAA-USD';
const PLAIN = { CORP_EXCHANGE__PAPER__PROFILE: 'plain' };
const percent = (value: number) => ({ kind: 'percent', value }) as const;

const onPlain = (use: (agents: MoneyAgents) => Promise<void>, setting: MoneySetting = {}): Promise<void> =>
  withMoneyAgents(testEnvironment, use, { ...setting, environment: PLAIN });

/** A filled entry with this bracket. Returns its id. */
async function enter(agents: MoneyAgents, bracket: Bracket, strategy = 's1'): Promise<string> {
  const approval = await agents.approved(entryIntent(agents.context, SYMBOL, strategy, { bracket }));
  await agents.execute(approval.id);
  await agents.pass();
  return approval.intentId;
}

const stored = async ({ context }: MoneyAgents): Promise<PlainAccount> =>
  (await context.stores.venueAccounts.load(ACCOUNT))!.state as PlainAccount;
/** Types of the orders that are open at the venue itself. */
const atVenue = async (agents: MoneyAgents): Promise<readonly string[]> =>
  openOrdersOf((await stored(agents)).venue).map(({ type }) => type);
const differences = async (agents: MoneyAgents): Promise<string | undefined> =>
  (await agents.ask('trader', 'compare', { account: ACCOUNT })).difference;

describe('a company on a plain venue', () => {
  it('enters, has its stop at the venue, and is stopped out', () =>
    onPlain(
      async (agents) => {
        const id = await enter(agents, { stop: percent(0.05), target: percent(0.2), maxHoldBars: 20 });
        expect(
          (await agents.venueOrders(id)).map(({ clientOrderId, purpose, state }) => [clientOrderId, purpose, state]),
        ).toEqual([
          [id, 'entry', 'filled'],
          [`${id}-s`, 'stop', 'open'],
          [`${id}-t`, 'target', 'open'],
          [`${id}-x`, 'exit', 'open'],
        ]);
        expect(await atVenue(agents)).toEqual(['stop']);
        expect(await differences(agents)).toBeUndefined();
        await agents.pass();
        expect(await agents.held()).toEqual([0]);
        expect(await atVenue(agents)).toEqual([]);
        expect((await agents.venueOrders(id)).map(({ state }) => state)).toEqual([
          'filled',
          'filled',
          'cancelled',
          'cancelled',
        ]);
        expect(await differences(agents)).toBeUndefined();
      },
      { closes: [100, 90] },
    ));

  it('sells at a target that a candle has reached', () =>
    onPlain(
      async (agents) => {
        const id = await enter(agents, { stop: percent(0.05), target: percent(0.04) });
        await agents.pass();
        expect(await atVenue(agents)).toEqual(['limit']);
        expect(await differences(agents)).toBeUndefined();
        await agents.pass();
        expect(await agents.held()).toEqual([0]);
        const target = (await agents.venueOrders(id)).find(({ purpose }) => purpose === 'target');
        expect(target).toMatchObject({ clientOrderId: `${id}-t`, state: 'filled' });
        expect(await differences(agents)).toBeUndefined();
      },
      { closes: [100, 106, 106] },
    ));

  it('keeps its stop while HALTED, and a flatten takes the base from it', () =>
    onPlain(async (agents) => {
      await enter(agents, { stop: percent(0.05), maxHoldBars: 2 });
      await agents.pass();
      expect(await atVenue(agents)).toEqual(['market']);
      await agents.setState('HALTED');
      // The holding time is over, and waits.
      await agents.pass();
      expect(await atVenue(agents)).toEqual(['stop']);
      const order = { account: ACCOUNT, by: 'operator', reason: 'out', halt: true } as const;
      const { jobId } = await agents.ask('risk-manager', 'flatten', order, { jobId: 'f1' });
      await agents.ended('trader', jobId);
      expect(await atVenue(agents)).toEqual(['market']);
      await agents.pass();
      expect(await agents.held()).toEqual([0]);
      expect(await agents.context.broker.openOrders(ACCOUNT)).toEqual([]);
      expect(await differences(agents)).toBeUndefined();
    }));

  it('nets the shares of two strategies, each with its own stop', () =>
    onPlain(async (agents) => {
      await enter(agents, { stop: percent(0.05) });
      const asOf = OPENS + HOUR;
      const second = await agents.approved(
        entryIntent(agents.context, SYMBOL, 's2', { asOf, bracket: { stop: percent(0.1) } }),
      );
      await agents.execute(second.id);
      await agents.pass();
      const { venue, positions } = await stored(agents);
      const [net, ...others] = Object.values(venue.positions);
      expect(others).toEqual([]);
      const shares = Object.values(positions).map(({ amount }) => amount);
      expect(shares).toHaveLength(2);
      expect(net!.amount).toBeCloseTo(shares[0]! + shares[1]!, 12);
      expect(await atVenue(agents)).toEqual(['stop', 'stop']);
      expect(await differences(agents)).toBeUndefined();
    }));

  it('carries out after a crash what was decided: the target follows the cancel of the stop', async () => {
    // Writes of the account that succeed before the process dies.
    let writes = Infinity;
    const dying = (accounts: VenueAccountStore): VenueAccountStore => ({
      ...accounts,
      async save(...row) {
        if (writes <= 0) throw new AppError('mongo-unreachable', 'the process has died', { retryable: false });
        writes -= 1;
        return accounts.save(...row);
      },
    });
    for (const before of [1, 2, 3, 4, 5]) {
      writes = Infinity;
      await testEnvironment.withCompany(
        async (company) => {
          await openMarkets(company.context, SYMBOLS, [100, 106, 106]);
          const agents = moneyAgentsOf(company);
          const { stores, data, config } = company.context;
          const { slippageRate, stopRangeShare, priceImprovement, paper } = config.exchange;
          const broker = (accounts: VenueAccountStore) =>
            createPaperBroker({
              accounts,
              data,
              startingCash: paper.startingCash,
              quote: 'USD',
              terms: { slippageRate, stopRangeShare, priceImprovement },
              profile: paper.profile,
            });
          const first = await company.node(['risk-manager', 'trader'], { broker: broker(dying(stores.venueAccounts)) });
          const id = await enter(agents, { stop: percent(0.05), target: percent(0.04) });
          writes = before;
          await agents.pass().catch(() => undefined);
          await first.close(1000);
          // The candle at the venue and in the book; the stop's cancel, the target's sell: each at the venue, then its answer.
          expect(await atVenue(agents)).toEqual([['stop'], ['stop'], [], [], ['limit']][before - 1]);
          await company.node(['risk-manager', 'trader'], { broker: broker(stores.venueAccounts) });
          await agents.ask('trader', 'reconcile', { account: ACCOUNT });
          // A candle that the book has not taken is taken with the next.
          expect(await atVenue(agents)).toEqual([before === 1 ? 'stop' : 'limit']);
          expect(await differences(agents)).toBeUndefined();
          await agents.pass();
          expect(await agents.held()).toEqual([0]);
          expect((await agents.venueOrders(id)).filter(({ state }) => state === 'open')).toEqual([]);
          expect((await stored(agents)).fills.map(({ purpose }) => purpose)).toEqual(['entry', 'target']);
        },
        { environment: PLAIN },
      );
    }
  });

  it('does not send a closing order whose position is gone by then', async () => {
    const sent: string[] = [];
    const broker = (venue: Broker): Broker => ({
      ...venue,
      submit: (request) => {
        sent.push(request.purpose);
        return venue.submit(request);
      },
    });
    await onPlain(
      async (agents) => {
        const { context } = agents;
        await enter(agents, { stop: percent(0.05) });
        const [held] = await context.stores.ledger.positions(ACCOUNT);
        const exit = await agents.approved(
          closingIntent({
            account: ACCOUNT,
            strategyHash: held!.strategyHash,
            symbol: SYMBOL,
            timeframe: '1h',
            purpose: 'reduce',
            side: 'sell',
            amount: held!.amount,
            price: 100,
            candleTime: OPENS,
            asOf: OPENS + HOUR,
            because: 'the limit says so',
          }),
        );
        // Reviewed while it was held, and stopped out before the trader comes to it.
        await agents.pass();
        expect(await agents.held()).toEqual([0]);
        await agents.execute(exit.id);
        expect(sent).toEqual(['entry']);
        expect(await context.stores.orders.get(ACCOUNT, exit.intentId)).toMatchObject({
          state: 'cancelled',
          reason: `no long position of the strategy in ${SYMBOL} was left to close when it was to be sent`,
        });
        // Not at the venue, and not under way any more.
        expect(await context.broker.fetchOrder(ACCOUNT, exit.intentId)).toBeNull();
        expect(await differences(agents)).toBeUndefined();
        await agents.pass();
        expect(await context.broker.positions(ACCOUNT)).toEqual([]);
      },
      { broker, closes: [100, 90] },
    );
  });

  it('tells once of a position that was closed twice, and of a fill that belongs to no order', async () => {
    let irregularities: Irregularities = NO_IRREGULARITIES;
    const broker = (venue: Broker): Broker => ({
      ...venue,
      balance: async (account) => ({ ...(await venue.balance(account)), irregularities }),
    });
    await onPlain(
      async (agents) => {
        const said = async () =>
          (await agents.alerts()).filter(({ key }) => /^(closed-twice|foreign-fill)/.test(key)).map(({ text }) => text);
        const noted = async () => (await agents.context.stores.ledger.mark(ACCOUNT))?.irregularities;
        await enter(agents, { stop: percent(0.05) });
        expect(await said()).toEqual([]);
        expect(await noted()).toBeUndefined();
        irregularities = { closedTwice: 2, foreignFills: 0 };
        await agents.pass();
        await agents.pass();
        expect(await said()).toEqual([
          'two orders closed the same position 2 times, because a cancel crossed a fill: it has been traded back (2 in all on this account)',
        ]);
        const lastForeign = {
          clientOrderId: 'x',
          symbol: SYMBOL,
          side: 'sell',
          amount: 1,
          price: 99,
          time: 0,
        } as const;
        irregularities = { closedTwice: 2, foreignFills: 1, lastForeign };
        await agents.pass();
        await agents.pass();
        expect(await said()).toHaveLength(2);
        expect((await said()).join()).toContain(
          `does not know once, the last one x: sell 1 ${SYMBOL} at 99. No strategy has it`,
        );
        expect(await noted()).toEqual({ closedTwice: 2, foreignFills: 1 });
      },
      { broker },
    );
  });

  it('refuses an account of the other profile with one line', async () => {
    await onPlain(async (agents) => {
      await enter(agents, { stop: percent(0.05) });
      const { stores, data } = agents.context;
      const bracket = createPaperBroker({
        accounts: stores.venueAccounts,
        data,
        startingCash: 1,
        quote: 'USD',
        terms: { slippageRate: 0, stopRangeShare: 0, priceImprovement: false },
      });
      const refusal = {
        code: 'other-profile',
        message: `paper account ${ACCOUNT} was opened with profile plain, the configuration says bracket`,
      };
      await expect(bracket.open(ACCOUNT)).rejects.toMatchObject(refusal);
      await expect(bracket.openOrders(ACCOUNT)).rejects.toMatchObject(refusal);
    });
  });
});

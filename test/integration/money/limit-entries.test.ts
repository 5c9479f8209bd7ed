import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { type Holding } from '../../../src/domain/portfolio/holding.ts';
import { type Intent } from '../../../src/domain/risk/intent.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { CROSSING_HASH, CROSSING_SPEC } from '../../fixtures/crossing-strategy.ts';
import { ACCOUNT, type MoneyAgents, type MoneySetting, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { entryIntent, HOUR, OPENS, storeSpec } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

const SYMBOL = 'AAA-USD';
/** Candles reach 0.2 % below their closes: a limit 0.1 % below is met by the next candle, one 1 % below by none. */
const NEAR = '0.001';
const FAR = '0.01';

const limits = (profile: string, settings: Readonly<Record<string, string>>, setting: MoneySetting = {}) => ({
  agents: ['risk-manager', 'trader', 'analyst'] as const,
  ...setting,
  environment: {
    CORP_EXCHANGE__PAPER__PROFILE: profile,
    CORP_EXCHANGE__ENTRIES__TYPE: 'limit',
    CORP_EXCHANGE__ENTRIES__WAITBARS: '2',
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`CORP_EXCHANGE__ENTRIES__${name}`, value])),
  },
});

const intentOf = ({ context }: MoneyAgents): Intent =>
  entryIntent(context, SYMBOL, 's1', { strategyHash: CROSSING_HASH });

/** Sends an entry; returns its id. */
async function send(agents: MoneyAgents): Promise<string> {
  const approval = await agents.approved(intentOf(agents));
  expect(await agents.execute(approval.id)).toEqual({ orders: [approval.intentId], refused: 0 });
  return approval.intentId;
}

async function hold({ context }: MoneyAgents, state: Holding['state'] = 'active'): Promise<void> {
  await storeSpec(context, CROSSING_HASH, CROSSING_SPEC);
  await context.stores.portfolio.put({
    account: ACCOUNT,
    strategyHash: CROSSING_HASH,
    symbol: SYMBOL,
    timeframe: '1h',
    state,
    reason: 'test',
    rank: 1,
    cycleId: 'c',
    outOfSample: {} as Holding['outOfSample'],
    updatedAt: 0,
  });
}

/** What the strategies ask for at the candle that has closed last. */
async function signals(agents: MoneyAgents): Promise<readonly Intent[]> {
  const { context, ask } = agents;
  const candleTime = (await context.data.now()) - HOUR;
  const { intents } = await ask('analyst', 'signals', {
    account: ACCOUNT,
    symbols: [SYMBOL],
    timeframe: '1h',
    candleTime,
  });
  return context.stores.intents.getMany(ACCOUNT, intents);
}

const row = ({ context }: MoneyAgents, id: string) => context.stores.orders.get(ACCOUNT, id);
const differences = async (agents: MoneyAgents): Promise<string | undefined> =>
  (await agents.ask('trader', 'compare', { account: ACCOUNT })).difference;

describe.each(['bracket', 'plain'])('an entry by limit on a %s venue', (profile) => {
  const withLimits = (
    settings: Readonly<Record<string, string>>,
    use: (agents: MoneyAgents) => Promise<void>,
    setting: MoneySetting = {},
  ): Promise<void> => withMoneyAgents(testEnvironment, use, limits(profile, settings, setting));

  it('rests at its price, fills there as a maker, and is protected', () =>
    withLimits({ OFFSET: NEAR }, async (agents) => {
      const id = await send(agents);
      expect(await row(agents, id)).toMatchObject({
        type: 'limit',
        price: 99.9,
        state: 'open',
        expiresAt: OPENS + 2 * HOUR,
      });
      await agents.pass();
      expect(await row(agents, id)).toMatchObject({ state: 'filled', averagePrice: 99.9 });
      const [fill] = await agents.context.stores.ledger.fills({ account: ACCOUNT });
      expect(fill!.fee).toBeCloseTo(fill!.amount * 99.9 * 0.006, 9);
      const legs = (await agents.venueOrders(id)).filter(({ purpose }) => purpose === 'stop');
      expect(legs.map(({ state, price }) => [state, price])).toEqual([['open', 94.9]]);
      expect(await differences(agents)).toBeUndefined();
    }));

  it('is cancelled when its time is over and not before, and the strategy asks again, as often as it may', () =>
    withLimits({ OFFSET: FAR, REPLACEMENTS: '1' }, async (agents) => {
      await hold(agents);
      const id = await send(agents);
      await agents.pass();
      expect(await row(agents, id)).toMatchObject({ state: 'open' });
      expect(await signals(agents)).toEqual([]);
      await agents.pass();
      expect(await row(agents, id)).toMatchObject({
        state: 'cancelled',
        reason: 'not filled in time',
        timedOutAt: OPENS + 2 * HOUR,
        filledAmount: 0,
      });
      const [again, ...others] = await signals(agents);
      expect(others).toEqual([]);
      expect(again).toMatchObject({ repeats: 1, asOf: OPENS + 2 * HOUR, requestedFraction: 0.01 });
      expect(again!.id).not.toBe(id);
      expect(again!.because).toMatch(/^signal of s1; asked again \(1\): its limit was not reached in time$/);
      // The same candle asks for the same order.
      expect(await signals(agents)).toEqual([again]);
      const { approvals } = await agents.review(again!);
      expect((await agents.execute(...approvals)).orders).toEqual([again!.id]);
      await agents.pass();
      await agents.pass();
      expect(await row(agents, again!.id)).toMatchObject({ state: 'cancelled', timedOutAt: OPENS + 4 * HOUR });
      expect(await signals(agents)).toEqual([]);
      expect(await agents.held()).toEqual([]);
      const said = (await agents.context.stores.audit.read(0, 1000)).filter((one) => one.action === 'cancel-timed-out');
      expect(said.map(({ subject }) => subject)).toEqual([id, again!.id]);
      expect(await differences(agents)).toBeUndefined();
    }));

  it('does not fill in a candle after its time, when the candles of an outage come at once', () =>
    withLimits(
      { OFFSET: FAR },
      async (agents) => {
        const { context, ask } = agents;
        const id = await send(agents);
        await agents.pass();
        // The third candle, after its time, is the first that reaches the limit.
        await setMarketTime(context, OPENS + 4 * HOUR);
        const candleTime = OPENS + 3 * HOUR;
        await ask('trader', 'settle', { account: ACCOUNT, symbols: [SYMBOL], timeframe: '1h', candleTime });
        expect(await row(agents, id)).toMatchObject({ state: 'expired', filledAmount: 0 });
        expect(await agents.held()).toEqual([]);
        expect(await differences(agents)).toBeUndefined();
      },
      { closes: [100, 100, 90, 90] },
    ));

  it('is not asked for again by a strategy that is retired', () =>
    withLimits({ OFFSET: FAR }, async (agents) => {
      await hold(agents, 'retired');
      await send(agents);
      await agents.pass();
      await agents.pass();
      expect(await agents.states()).toEqual(['cancelled']);
      expect(await signals(agents)).toEqual([]);
    }));

  it('ends with a halt, and is not asked for again after it', () =>
    withLimits({ OFFSET: FAR }, async (agents) => {
      await hold(agents);
      const id = await send(agents);
      await agents.setState('HALTED');
      await agents.pass();
      expect((await row(agents, id))?.state).toBe('cancelled');
      await agents.setState('ACTIVE');
      await agents.pass();
      expect(await signals(agents)).toEqual([]);
      expect(await row(agents, id)).not.toHaveProperty('timedOutAt');
    }));

  it('keeps a second entry of its strategy from being approved while it rests', () =>
    withLimits({ OFFSET: FAR }, async (agents) => {
      await send(agents);
      await agents.pass();
      const later = entryIntent(agents.context, SYMBOL, 's1', { strategyHash: CROSSING_HASH, asOf: OPENS + HOUR });
      expect(await agents.review(later)).toMatchObject({ vetoed: 1, approvals: [] });
    }));

  it('is rejected by the venue when it would be a taker and may only be a maker', () =>
    withLimits({ OFFSET: '0', POSTONLY: 'true' }, async (agents) => {
      const id = await send(agents);
      await agents.pass();
      expect(await row(agents, id)).toMatchObject({ state: 'rejected', reason: 'post-only' });
      expect(await agents.held()).toEqual([]);
    }));

  it('is cancelled by the next attempt when the venue did not answer', async () => {
    let answers = false;
    await withLimits(
      { OFFSET: FAR },
      async (agents) => {
        const id = await send(agents);
        await agents.pass();
        await agents.pass();
        expect(answers).toBe(true);
        expect(await row(agents, id)).toMatchObject({ state: 'cancelled', timedOutAt: OPENS + 2 * HOUR });
      },
      {
        broker: (broker) => ({
          ...broker,
          cancel(account, id) {
            if (answers) return broker.cancel(account, id);
            answers = true;
            return Promise.reject(new AppError('venue-unreachable', 'no answer', { retryable: true }));
          },
        }),
      },
    );
  });
});

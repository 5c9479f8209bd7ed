import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { type Broker } from '../../../src/ports/broker.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import {
  ACCOUNT,
  moneyAgentsOf,
  SYMBOLS,
  withMoneyAgents,
  type MoneyAgents,
  type MoneySetting,
} from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, openMarkets, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

const withCeo =
  (use: (agents: MoneyAgents) => Promise<void>, setting: MoneySetting = {}) =>
  (): Promise<void> =>
    withMoneyAgents(testEnvironment, use, { agents: ['risk-manager', 'trader', 'ceo'], ...setting });

/** A candle closes, is settled, and the CEO looks at it. */
async function candle({ pass, ask, context }: MoneyAgents) {
  await pass();
  const candleTime = (await context.data.now()) - HOUR;
  return ask('ceo', 'watch', { account: ACCOUNT, candleTime });
}

const acts = async ({ alerts }: MoneyAgents) => (await alerts()).filter(({ title }) => title.startsWith('CEO: '));
const audited = async ({ context }: MoneyAgents) =>
  (await context.stores.audit.read(1, 1000)).filter(({ actor, action }) => actor === 'ceo' && action === 'act');

describe('the CEO acts by itself', () => {
  it(
    'on the crash of a market: entries stop, and go on three candles after it',
    withCeo(
      async (agents) => {
        await openMarkets(agents.context, ['AAA-USD'], [100, 75, 75, 75, 75, 75, 75, 75]);
        expect(await candle(agents)).toEqual({ acted: [] });
        expect(await candle(agents)).toEqual({ acted: ['market-crash: reduce'] });
        const candleTime = (await agents.context.data.now()) - HOUR;
        await agents.ask('ceo', 'watch', { account: ACCOUNT, candleTime });
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'ceo', entryEpoch: 1 });
        const [alert, ...more] = await acts(agents);
        expect(more).toEqual([]);
        expect(alert?.text).toBe(
          'AAA-USD fell 25.00 % from 100 to 75 within 2 candles: the CEO acts at 20.00 %; trading is REDUCING, set by ceo',
        );
        expect(await audited(agents)).toMatchObject([
          { data: { breaker: 'market-crash', response: 'reduce', state: 'REDUCING', setBy: 'ceo' } },
        ]);
        // The fall is within two candles for one more.
        for (const state of ['REDUCING', 'REDUCING', 'REDUCING', 'ACTIVE']) {
          await candle(agents);
          expect((await agents.riskState()).tradingState).toBe(state);
        }
      },
      { environment: { CORP_AGENTS__CEO__BREAKERS__CRASH_CANDLES: '2' } },
    ),
  );

  it(
    'but not on a crash that is over when a job comes late',
    withCeo(
      async (agents) => {
        await openMarkets(agents.context, ['AAA-USD'], [100, 75, 75, 75, 75, 75]);
        for (let i = 0; i < 5; i += 1) await agents.pass();
        const late = { account: ACCOUNT, candleTime: OPENS + HOUR };
        expect(await agents.ask('ceo', 'watch', late)).toEqual({ acted: [] });
        expect((await agents.riskState()).tradingState).toBe('ACTIVE');
      },
      { environment: { CORP_AGENTS__CEO__BREAKERS__CRASH_CANDLES: '2' } },
    ),
  );

  it(
    'when many markets crash together: everything is closed',
    withCeo(
      async (agents) => {
        const stop = { kind: 'percent', value: 0.15 } as const;
        const { approvals } = await agents.review(
          ...SYMBOLS.slice(0, 3).map((symbol) =>
            entryIntent(agents.context, symbol, `of ${symbol}`, { bracket: { stop }, requestedFraction: 0.005 }),
          ),
        );
        await agents.execute(...approvals);
        await candle(agents);
        expect((await agents.held()).filter((amount) => amount !== 0)).toHaveLength(3);
        const { acted, flattenJob } = await candle(agents);
        expect(acted).toEqual(['market-crash: flatten']);
        await agents.ended('trader', flattenJob!);
        await candle(agents);
        expect((await agents.held()).filter((amount) => amount !== 0)).toEqual([]);
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', flatten: { by: 'ceo' } });
        expect((await acts(agents)).map(({ text }) => text)).toEqual([
          expect.stringContaining('; trading is REDUCING, set by ceo; everything is being closed'),
        ]);
      },
      { closes: [100, 89, 89, 89], environment: { CORP_AGENTS__CEO__BREAKERS__CRASH_FALL: '0.1' } },
    ),
  );

  it(
    'on a drawdown close to the limit',
    withCeo(
      async (agents) => {
        const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
        await agents.execute(id);
        await agents.ask('risk-manager', 'monitor', { account: ACCOUNT });
        expect(await candle(agents)).toEqual({ acted: [] });
        expect(await candle(agents)).toEqual({ acted: ['peak-drawdown: reduce'] });
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'ceo' });
      },
      {
        closes: [100, 96, 96],
        environment: {
          CORP_RISK__MAX_PEAK_DRAWDOWN: '0.0006',
          // Never above the limit from the peak.
          CORP_RISK__MAX_WEEKLY_DRAWDOWN: '0.0006',
          CORP_RISK__MAX_DAILY_DRAWDOWN: '0.0006',
        },
      },
    ),
  );

  it('on errors of the venue that retries overcame, until three candles came in time', async () => {
    let failures = 2;
    const flaky = (broker: Broker): Broker => ({
      ...broker,
      fetchOrder(account, id) {
        if (failures === 0) return broker.fetchOrder(account, id);
        failures -= 1;
        return Promise.reject(new AppError('unreachable', 'connection reset', { retryable: true }));
      },
      submit(request) {
        return failures === 0
          ? broker.submit(request)
          : Promise.reject(new AppError('unreachable', 'connection reset', { retryable: true }));
      },
    });
    await withCeo(
      async (agents) => {
        const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
        expect(await agents.execute(id)).toMatchObject({ refused: 0 });
        expect((await agents.riskState()).tradingState).toBe('ACTIVE');
        expect(await candle(agents)).toEqual({ acted: ['venue-errors: trouble'] });
        expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
        for (const state of ['REDUCING', 'REDUCING', 'ACTIVE']) {
          await candle(agents);
          expect((await agents.riskState()).tradingState).toBe(state);
        }
        expect(await acts(agents)).toHaveLength(1);
      },
      { broker: flaky, environment: { CORP_AGENTS__CEO__BREAKERS__VENUE_ERRORS: '3' } },
    )();
  });

  it('not on errors of our own store', async () => {
    let failures = 3;
    await withCeo(
      async (agents) => {
        await candle(agents);
        expect(failures).toBe(0);
        expect(await agents.riskState()).not.toHaveProperty('venueErrors');
      },
      {
        broker: (broker) => ({
          ...broker,
          onCandles(closed) {
            if (failures === 0) return broker.onCandles(closed);
            failures -= 1;
            return Promise.reject(new AppError('mongo-unreachable', 'the store is away', { retryable: true }));
          },
        }),
        environment: { CORP_AGENTS__CEO__BREAKERS__VENUE_ERRORS: '3' },
      },
    )();
  });

  it('on a feed that is stale by the wall clock, in modes of real time', async () =>
    testEnvironment.withCompany(async (company) => {
      const { context } = company;
      await openMarkets(context, SYMBOLS);
      const agents = moneyAgentsOf(company);
      await company.node(['risk-manager', 'trader']);
      await company.node(['ceo'], { descriptor: { ...context.descriptor, mode: 'paper' } });
      await agents.pass();
      await agents.ask('ceo', 'supervise', {});
      expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
      expect((await acts(agents))[0]).toMatchObject({ title: 'CEO: stale-feed' });
      for (const state of ['REDUCING', 'REDUCING', 'ACTIVE']) {
        await agents.pass();
        expect((await agents.riskState()).tradingState).toBe(state);
      }
    }));

  it('and says so although the process ended right after the state was stored', async () => {
    let isDead = false;
    const dying = (stores: Stores): Stores => ({
      ...stores,
      alerts: {
        ...stores.alerts,
        raise(alert) {
          if (!isDead && alert.title.startsWith('CEO: ')) {
            isDead = true;
            return Promise.reject(new Error('killed'));
          }
          return stores.alerts.raise(alert);
        },
      },
    });
    await withCeo(
      async (agents) => {
        await candle(agents);
        await candle(agents);
        expect(isDead).toBe(true);
        expect(await acts(agents)).toHaveLength(1);
        expect(await audited(agents)).toHaveLength(1);
      },
      { closes: [100, 70, 70], stores: dying },
    )();
  });
});

describe('a CEO that is silent', () => {
  it('reduces trading: the risk manager notices it, until three candles after its heartbeat', async () =>
    testEnvironment.withCompany(async (company) => {
      await openMarkets(company.context, SYMBOLS);
      const agents = moneyAgentsOf(company);
      await company.node(['risk-manager', 'trader']);
      const look = async () => {
        await agents.pass();
        await agents.ask('risk-manager', 'monitor', { account: ACCOUNT });
        return agents.riskState();
      };
      expect((await look()).tradingState).toBe('ACTIVE');
      company.clock.pass(5 * 60_000 + 1);
      expect(await look()).toMatchObject({
        tradingState: 'REDUCING',
        stateSetBy: 'trouble',
        trouble: { cause: 'silent-ceo' },
      });
      for (let i = 0; i < 4; i += 1) expect((await look()).tradingState).toBe('REDUCING');
      expect((await agents.alerts()).map(({ title }) => title)).toEqual(['Trouble: silent-ceo']);
      await company.node(['ceo']);
      for (const state of ['REDUCING', 'REDUCING', 'ACTIVE']) expect((await look()).tradingState).toBe(state);
    }));
});

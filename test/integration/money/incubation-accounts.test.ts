import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/domain/backtest/engine/engine.ts';
import { incubationAccount } from '../../../src/domain/portfolio/accounts.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { createTickRunner } from '../../../src/feed/run-tick.ts';
import {
  ADD_CROSSING as REQUEST,
  CROSSING_CLOSES as CLOSES,
  CROSSING_HASH as HASH,
  CROSSING_SPEC as SPEC,
  CROSSING_SYMBOL as SYMBOL,
} from '../../fixtures/crossing-strategy.ts';
import { openTestEnvironment, type TestCompany, type TestEnvironment } from '../../fixtures/company.ts';
import { incubatePhase } from '../../../queues/flows/cycle-flow.ts';
import { entryIntent, HOUR, market, OPENS, openMarkets } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

const OWN = incubationAccount('paper', HASH);
/** With which the accounts of tests open. */
const CASH = 100_000;

interface Incubating extends TestCompany {
  /** The next candles close. */
  readonly pass: (hours: number) => Promise<void>;
}

/** A company with an incubating strategy. */
const incubating = (use: (company: Incubating) => Promise<void>) => () =>
  testEnvironment.withCompany(async (company) => {
    const { context, node, ask } = company;
    await openMarkets(context, [SYMBOL], CLOSES);
    await node(['strategy-selector', 'trader', 'analyst', 'risk-manager', 'ceo']);
    await ask('strategy-selector', 'add-strategy', REQUEST);
    const ticks = createTickRunner(context);
    let hour = 0;
    const pass = async (hours: number): Promise<void> => {
      for (const until = hour + hours; hour < until;) {
        hour += 1;
        await setMarketTime(context, OPENS + hour * HOUR);
        await ticks.run(OPENS + hour * HOUR);
      }
    };
    try {
      await use({ ...company, pass });
    } finally {
      await ticks.close();
    }
  });

const held = async ({ context }: TestCompany, account: string): Promise<number> =>
  (await context.broker.positions(account)).reduce((sum, { amount }) => sum + Math.abs(amount), 0);

/** M12: what is not proven does not touch the account. */
describe('an incubating strategy', () => {
  it(
    'trades on a paper account of its own, as in its backtest, at its whole size',
    incubating(async (company) => {
      const { context, pass } = company;
      const { stores, config, broker } = context;
      await pass(11);
      const fills = [...(await stores.ledger.fills({ strategyHash: HASH }))].sort((a, b) => a.time - b.time);
      const series = await context.data.series({ symbol: SYMBOL, timeframe: '1h', asOf: OPENS + 11 * HOUR });
      const { slippageRate, stopRangeShare, priceImprovement } = config.exchange;
      const model = { slippageRate, stopRangeShare, priceImprovement, initialCash: CASH, market: market(SYMBOL) };
      const [trade] = createEngine(series).simulate(SPEC, model).trades;
      expect(fills.map(({ account, time, price, purpose }) => [account, time, price, purpose])).toEqual([
        [OWN, trade!.entryTime, trade!.entryPrice, 'entry'],
        [OWN, trade!.exitTime, trade!.exitPrice, 'exit'],
      ]);
      const verdicts = await stores.intents.verdicts({ account: OWN });
      expect(verdicts.flatMap(({ reasons }) => reasons.map(({ code }) => code))).not.toContain('incubating');
      expect(verdicts).toHaveLength(2);

      expect(await broker.balance('paper')).toMatchObject({ cash: CASH, equity: CASH, exposure: 0 });
      expect((await stores.ledger.equity('paper', 100)).every(({ equity }) => equity === CASH)).toBe(true);
      expect(await stores.orders.list({ account: 'paper' })).toEqual([]);
      const { equity } = await broker.balance(OWN);
      expect(equity).not.toBe(CASH);
      expect(equity).toBeGreaterThan(0.9 * CASH);
    }),
  );

  it(
    'fills on the candle after its order when a cycle has just found it',
    incubating(async (company) => {
      const { context, pass, ended } = company;
      const { stores, producer, data } = context;
      await pass(2);
      const strategyHash = 'c'.repeat(64);
      const account = incubationAccount('paper', strategyHash);
      const [known] = await stores.portfolio.list({ company: 'paper' });
      await stores.portfolio.put({ ...known!, account, strategyHash });
      const asOf = await data.now();
      const intent = entryIntent(context, SYMBOL, 'found', { account, strategyHash, asOf, referencePrice: 101 });
      await stores.intents.addMany([intent]);
      const cycle = { id: 'c1', account: 'paper', timeframe: '1h', asOf } as const;
      const [flow] = incubatePhase(cycle, [{ account, intents: [intent.id] }]);
      await producer.addFlow(flow!);
      await ended('trader', flow!.jobId);
      await pass(1);
      expect(await stores.ledger.fills({ account })).toMatchObject([{ purpose: 'entry', time: asOf }]);
    }),
  );

  it(
    'opens nothing while the company is halted, and its exits wait for the end of that',
    incubating(async (company) => {
      const { ask, pass } = company;
      await pass(5);
      expect(await held(company, OWN)).toBeGreaterThan(0);
      const halt = { account: 'paper', by: 'operator', reason: 'test' } as const;
      await ask('risk-manager', 'set-state', { ...halt, state: 'HALTED' });
      await pass(4);
      // The exit rule held two candles ago.
      expect(await held(company, OWN)).toBeGreaterThan(0);
      await ask('risk-manager', 'set-state', { ...halt, state: 'ACTIVE' });
      await pass(2);
      expect(await held(company, OWN)).toBe(0);
    }),
  );

  it(
    'opens nothing after a halt that came before its signal',
    incubating(async (company) => {
      const { ask, pass, context } = company;
      await ask('risk-manager', 'set-state', { account: 'paper', state: 'REDUCING', by: 'operator', reason: 'test' });
      await pass(6);
      expect(await context.stores.ledger.fills({ account: OWN })).toEqual([]);
      expect(await context.stores.intents.verdicts({ account: OWN })).toMatchObject([{ decision: 'veto' }]);
    }),
  );

  it(
    'is closed by a flatten of the company within two candles, and stays flat',
    incubating(async (company) => {
      const { ask, pass } = company;
      await pass(5);
      expect(await held(company, OWN)).toBeGreaterThan(0);
      await ask('risk-manager', 'flatten', { account: 'paper', by: 'operator', reason: 'out', halt: false });
      await pass(2);
      expect(await held(company, OWN)).toBe(0);
      await pass(3);
      expect(await held(company, OWN)).toBe(0);
    }),
  );

  it(
    'keeps no open entry once the company is halted',
    incubating(async (company) => {
      const { context, ask, ended, pass } = company;
      const { stores, producer, broker, data } = context;
      await pass(2);
      const intent = entryIntent(context, SYMBOL, 'found', {
        account: OWN,
        strategyHash: HASH,
        asOf: await data.now(),
        referencePrice: 101,
      });
      await stores.intents.addMany([intent]);
      const cycle = { id: 'c1', account: 'paper', timeframe: '1h', asOf: intent.asOf } as const;
      const [flow] = incubatePhase(cycle, [{ account: OWN, intents: [intent.id] }]);
      await producer.addFlow(flow!);
      await ended('trader', flow!.jobId);
      expect(await broker.openOrders(OWN)).toMatchObject([{ purpose: 'entry' }]);
      await ask('risk-manager', 'set-state', { account: 'paper', state: 'HALTED', by: 'operator', reason: 'test' });
      await ended('trader', 'cancel-open.paper.e1');
      expect(await broker.openOrders(OWN)).toEqual([]);
    }),
  );

  it(
    'keeps what it holds when a person takes a flatten back',
    incubating(async (company) => {
      const { context, ask, pass } = company;
      await pass(5);
      const before = await held(company, OWN);
      const by = { account: 'paper', by: 'operator', reason: 'test' } as const;
      await ask('risk-manager', 'flatten', { ...by, halt: false });
      await pass(1);
      const closing = (await context.broker.openOrders(OWN)).filter(({ purpose }) => purpose === 'flatten');
      expect(closing).toHaveLength(1);
      await ask('risk-manager', 'set-state', { ...by, state: 'ACTIVE' });
      await pass(1);
      expect(await held(company, OWN)).toBe(before);
    }),
  );

  it(
    'trades again after a start whose reconciliation of its idle account has failed',
    incubating(async (company) => {
      const { context, ask, pass } = company;
      const { riskState } = context.stores;
      await ask('risk-manager', 'monitor', { account: OWN });
      const state = (await riskState.get(OWN))!;
      await riskState.save({ ...state, unreconciled: true }, state.version);
      await pass(5);
      expect(await held(company, OWN)).toBeGreaterThan(0);
    }),
  );

  it(
    'has a drawdown of its own, which bars nothing elsewhere',
    incubating(async (company) => {
      const { ask, pass, context } = company;
      const { riskState } = context.stores;
      await pass(5);
      const state = (await riskState.get(OWN))!;
      await riskState.save({ ...state, peakEquity: 10 * CASH }, state.version);
      await ask('risk-manager', 'monitor', { account: OWN });
      expect((await riskState.get(OWN))?.tradingState).not.toBe('ACTIVE');
      await pass(1);
      expect((await riskState.get('paper'))?.tradingState).toBe('ACTIVE');
    }),
  );

  it(
    'that graduates goes on with the main account, and what it holds is closed on its own',
    incubating(async (company) => {
      const { ask, pass, context } = company;
      await pass(5);
      await ask('strategy-selector', 'add-strategy', { ...REQUEST, state: 'active' });
      expect(await context.stores.portfolio.list({ company: 'paper' })).toMatchObject([
        { account: 'paper', state: 'active' },
        { account: OWN, state: 'retired', reason: 'goes on as active on account paper' },
      ]);
      await pass(2);
      expect(await held(company, OWN)).toBe(0);
    }),
  );
});

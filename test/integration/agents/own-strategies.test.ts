import { incubationAccount } from '../../../src/domain/portfolio/accounts.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/domain/backtest/engine/engine.ts';
import { line } from '../../../src/domain/strategies/families/rule-words.ts';
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
import { HOUR, market, OPENS, openMarkets } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const inCompany = (use: (company: TestCompany) => Promise<void>) => () => testEnvironment.withCompany(use);

describe('a strategy of a person', () => {
  it(
    'trades from the next candle on, as in its backtest, and stays until it is retired',
    inCompany(async ({ context, node, ask }) => {
      const { stores, config } = context;
      await openMarkets(context, [SYMBOL], CLOSES);
      await node(['strategy-selector', 'trader', 'analyst', 'risk-manager', 'ceo']);
      const added = await ask('strategy-selector', 'add-strategy', { ...REQUEST, state: 'active' });
      expect(added).toMatchObject({ strategyHash: HASH, state: 'active', changed: true, backtest: { trades: 0 } });
      expect(added.explanation).toContain('Nothing has shown that it earns anything');
      expect(await stores.strategies.get(HASH)).toMatchObject({ origin: 'operator', state: 'active', symbol: SYMBOL });

      const ticks = createTickRunner(context);
      try {
        for (let hour = 1; hour <= 11; hour += 1) {
          await setMarketTime(context, OPENS + hour * HOUR);
          await ticks.run(OPENS + hour * HOUR);
        }
        const fills = [...(await stores.ledger.fills({ account: 'paper', strategyHash: HASH }))].sort(
          (a, b) => a.time - b.time,
        );
        const series = await context.data.series({ symbol: SYMBOL, timeframe: '1h', asOf: OPENS + 11 * HOUR });
        const { slippageRate, stopRangeShare, priceImprovement } = config.exchange;
        const model = { slippageRate, stopRangeShare, priceImprovement, initialCash: 10_000, market: market(SYMBOL) };
        const { trades } = createEngine(series).simulate(SPEC, model);
        expect(trades).toHaveLength(1);
        expect(fills.map(({ time, price, purpose }) => [time, price, purpose])).toEqual([
          [trades[0]!.entryTime, trades[0]!.entryPrice, 'entry'],
          [trades[0]!.exitTime, trades[0]!.exitPrice, 'exit'],
        ]);

        const retired = await ask('strategy-selector', 'retire-strategy', {
          account: 'paper',
          strategyHash: HASH,
          reason: 'enough',
        });
        expect(retired.retired).toEqual([SYMBOL]);
        expect(await stores.portfolio.list({ account: 'paper' })).toMatchObject([
          { state: 'retired', reason: 'retired by an operator: enough', addedBy: 'operator' },
        ]);
        expect((await stores.strategies.get(HASH))?.state).toBe('retired');
        const again = await ask('strategy-selector', 'retire-strategy', {
          account: 'paper',
          strategyHash: HASH,
          reason: 'again',
        });
        expect(again).toMatchObject({ retired: [], explanation: expect.stringContaining('enough') as string });
      } finally {
        await ticks.close();
      }
    }),
  );

  it(
    'that holds something when it is retired is closed with the next candle',
    inCompany(async ({ context, node, ask }) => {
      const { stores } = context;
      await openMarkets(context, [SYMBOL], CLOSES);
      await node(['strategy-selector', 'trader', 'analyst', 'risk-manager', 'ceo']);
      await ask('strategy-selector', 'add-strategy', { ...REQUEST, state: 'active' });
      const ticks = createTickRunner(context);
      const pass = async (hour: number): Promise<number> => {
        await setMarketTime(context, OPENS + hour * HOUR);
        await ticks.run(OPENS + hour * HOUR);
        return (await stores.ledger.positions('paper')).find(({ symbol }) => symbol === SYMBOL)?.amount ?? 0;
      };
      try {
        let held = 0;
        for (let hour = 1; hour <= 4; hour += 1) held = await pass(hour);
        expect(held).toBeGreaterThan(0);
        await ask('strategy-selector', 'retire-strategy', { account: 'paper', strategyHash: HASH, reason: 'enough' });
        await pass(5);
        expect(await pass(6)).toBe(0);
      } finally {
        await ticks.close();
      }
    }),
  );

  it(
    'is added once, incubating unless somebody wants more, and may be left to the selector',
    inCompany(async ({ context, node, ask }) => {
      const { stores } = context;
      await openMarkets(context, [SYMBOL]);
      await node(['strategy-selector']);
      const alerts = async () => (await stores.alerts.list(10)).map(({ title }) => title);
      expect(await ask('strategy-selector', 'add-strategy', REQUEST)).toMatchObject({
        state: 'incubating',
        changed: true,
      });
      expect(await ask('strategy-selector', 'add-strategy', REQUEST)).toMatchObject({ changed: false });
      expect(await alerts()).toEqual(['Strategy added by an operator']);
      expect(await ask('strategy-selector', 'add-strategy', { ...REQUEST, managed: true })).toMatchObject({
        changed: true,
      });
      expect(await stores.portfolio.list({ account: 'paper' })).toEqual([]);
      expect(await stores.portfolio.list({ company: 'paper' })).toMatchObject([
        { account: incubationAccount('paper', HASH), state: 'incubating', addedBy: 'operator', managed: true },
      ]);
      expect(await stores.strategies.list({ limit: 10 })).toHaveLength(1);
    }),
  );

  it(
    'that is retired while trading is HALTED is not said to be closed with the next candle',
    inCompany(async ({ context, node, ask }) => {
      await openMarkets(context, [SYMBOL]);
      await node(['strategy-selector', 'risk-manager']);
      await ask('risk-manager', 'set-state', { account: 'paper', state: 'HALTED', by: 'operator', reason: 'test' });
      const added = await ask('strategy-selector', 'add-strategy', { ...REQUEST, state: 'active' });
      expect(added.explanation).toContain('opens nothing before somebody resumes');
      const less = await ask('strategy-selector', 'add-strategy', REQUEST);
      expect(less.explanation).toContain('It was active before: what it holds on account paper is closed there');
      const retired = await ask('strategy-selector', 'retire-strategy', {
        account: 'paper',
        strategyHash: HASH,
        reason: 'enough',
      });
      expect(retired.explanation).toContain('closed once somebody resumes');
    }),
  );

  it(
    'keeps trading in the account of another company when it is retired here',
    inCompany(async ({ context, node, ask }) => {
      const { stores } = context;
      await openMarkets(context, [SYMBOL]);
      await node(['strategy-selector']);
      await ask('strategy-selector', 'add-strategy', REQUEST);
      const [holding] = await stores.portfolio.list({ company: 'paper' });
      const account = incubationAccount('elsewhere', HASH);
      await stores.portfolio.put({ ...holding!, account, incubationOf: 'elsewhere' });
      const request = { account: 'paper', strategyHash: HASH, reason: 'enough' };
      expect((await ask('strategy-selector', 'retire-strategy', request)).retired).toEqual([SYMBOL]);
      expect(await stores.portfolio.list({ company: 'elsewhere' })).toMatchObject([{ state: 'incubating' }]);
      expect((await stores.strategies.get(HASH))?.state).toBe('incubating');
    }),
  );

  it.each([
    [
      'a spec that would hold up every candle',
      { spec: { ...SPEC, entry: { any: Array.from({ length: 2000 }, () => SPEC.entry) } } },
      'too large',
    ],
    ['another timeframe', { timeframe: '4h' }, 'decides on 1h candles'],
    ['a market that there is not', { symbol: 'NOPE-USD' }, 'there is no market NOPE-USD'],
    ['a short strategy on a spot market', { spec: { ...SPEC, side: 'short' } }, 'spot market'],
    ['a spec with a fault', { spec: { ...SPEC, sizing: { kind: 'fraction', fraction: 3 } } }, 'sizing'],
    ['another account', { account: 'other' }, 'there is no account other'],
    [
      'a longer look back than there are candles',
      { spec: { ...SPEC, entry: { ...SPEC.entry, left: line('sma', { period: 200 }) } } },
      'looks back',
    ],
  ] as const)('%s is refused, and nothing is stored', (_, change, text) =>
    inCompany(async ({ context, node, ask }) => {
      await openMarkets(context, [SYMBOL]);
      await node(['strategy-selector']);
      await expect(ask('strategy-selector', 'add-strategy', { ...REQUEST, ...change })).rejects.toThrow(text);
      expect(await context.stores.portfolio.list({})).toEqual([]);
      expect(await context.stores.strategies.list({ limit: 10 })).toEqual([]);
    })(),
  );
});

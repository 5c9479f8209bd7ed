import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTickRunner } from '../../../src/feed/run-tick.ts';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { importCandleFiles } from '../../../src/adapters/candle-files/import-candles.ts';
import { readCandleColumns } from '../../../src/adapters/candle-files/read-candle-file.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { createJobWaiter } from '../../../src/feed/job-waiter.ts';
import { metrics } from '../../contract/stores/samples.ts';
import { openTestEnvironment, type TestEnvironment, type TestCompany } from '../../fixtures/company.ts';
import { needsRealFiles, realFile } from '../../fixtures/needs.ts';
import { BITCOIN, digest, expectGolden, SPECS } from './golden-file.ts';

const need = needsRealFiles(BITCOIN);
const HOUR = 3_600_000;
const CANDLES = 300;
/** Start of the replay of 300 hourly candles; earlier candles cover the warm-up of the strategies. */
const OPENS = Date.UTC(2025, 8, 1);
const ACCOUNT = 'paper';

describe.skipIf(need.isMissing)(need.title('a replay'), () => {
  let testEnvironment: TestEnvironment;
  beforeAll(async () => {
    testEnvironment = await openTestEnvironment();
  });
  afterAll(() => testEnvironment.close());

  const trade = async ({ context }: TestCompany): Promise<void> => {
    const { stores, config, descriptor, data } = context;
    await importCandleFiles(stores, config, [await readCandleColumns(realFile(BITCOIN))], descriptor.source);
    const symbol = (await data.markets())[0]!.symbol;
    const held = SPECS.filter(({ name }) => name.endsWith(' 0'));
    for (const [rank, { name, spec }] of held.entries()) {
      const place = { account: ACCOUNT, symbol, timeframe: '1h', state: 'active' } as const;
      const hash = hashSpec(spec);
      const row = { hash, spec, name, family: 'momentum', parameters: {}, origin: 'template' } as const;
      await stores.strategies.addMany([{ ...row, ...place, stateReason: 'golden', createdAt: 0, updatedAt: 0 }]);
      const evidence = { reason: 'golden', rank, cycleId: 'golden', outOfSample: metrics, updatedAt: 0 };
      await stores.portfolio.put({ ...place, strategyHash: hash, ...evidence });
    }
    const ticks = createTickRunner(context);
    const risk = createJobWaiter(context, 'risk-manager');
    try {
      await setMarketTime(context, OPENS);
      for (let candleTime = OPENS; candleTime < OPENS + CANDLES * HOUR; candleTime += HOUR) {
        await setMarketTime(context, candleTime + HOUR);
        await ticks.run(candleTime + HOUR);
        const monitor = `monitor.${ACCOUNT}.t${candleTime}`;
        await risk.ended([monitor]);
      }
    } finally {
      await Promise.all([ticks.close(), risk.close()]);
    }
  };

  it('of 300 candles with four strategies gives the golden orders, fills and equity', { timeout: 300_000 }, () =>
    testEnvironment.withCompany(async (company) => {
      const { stores } = company.context;
      await company.node(QUEUE_NAMES);
      await trade(company);
      const byId = <T extends { readonly clientOrderId: string }>(rows: readonly T[]): readonly T[] =>
        [...rows].sort((a, b) => (a.clientOrderId < b.clientOrderId ? -1 : 1));
      const orders = byId(await stores.orders.list({ account: ACCOUNT, limit: 10_000 })).map((order) => ({
        id: order.clientOrderId,
        symbol: order.symbol,
        side: order.side,
        purpose: order.purpose,
        type: order.type,
        amount: order.amount,
        state: order.state,
        filled: order.filledAmount,
      }));
      const fills = byId(await stores.ledger.fills({ account: ACCOUNT, limit: 10_000 })).map((fill) => ({
        id: fill.clientOrderId,
        price: fill.price,
        amount: fill.amount,
        fee: fill.fee,
        time: fill.time,
      }));
      const equity = (await stores.ledger.equity(ACCOUNT, 10_000)).map((point) => [point.time, point.equity]);
      expect(fills.length).toBeGreaterThan(8);
      expectGolden('replay', {
        orders: { count: orders.length, filled: orders.filter(({ filled }) => filled > 0), hash: digest(orders) },
        fills,
        equity: { points: equity.length, last: equity.at(-1), hash: digest(equity) },
      });
    }),
  );
});

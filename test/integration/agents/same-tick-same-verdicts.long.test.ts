import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTickRunner } from '../../../src/feed/run-tick.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { metrics } from '../../contract/stores/samples.ts';
import { openTestEnvironment, type TestCompany, type TestEnvironment } from '../../fixtures/company.ts';
import { HOUR, openMarkets, OPENS } from '../../fixtures/synthetic-market.ts';

const RUNS = 20;
const ACCOUNT = 'paper';
const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH'].map((base) => `${base}-USD`);

/** Enters on every candle; the limits allow some of the entries only, so that their order decides. */
const eager = (stop: number): StrategySpec => ({
  family: 'momentum',
  side: 'long',
  entry: { all: [{ left: { field: 'close' }, op: '>', right: { value: 1 } }] },
  stop: { kind: 'percent', value: stop },
  sizing: { kind: 'fraction', fraction: 0.04 },
});

let testEnvironment: TestEnvironment;
let load: Worker[] = [];
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
  const threads = availableParallelism();
  load = Array.from({ length: threads }, () => new Worker('for (;;) Math.sqrt(Math.random());', { eval: true }));
});
afterAll(async () => {
  await Promise.all(load.map((thread) => thread.terminate()));
  await testEnvironment.close();
});

async function tick({ context, node }: TestCompany): Promise<string> {
  const { stores } = context;
  await openMarkets(context, SYMBOLS);
  for (const [rank, stop] of [0.04, 0.05].entries()) {
    const spec = eager(stop);
    const hash = hashSpec(spec);
    const row = { hash, spec, name: `eager ${stop}`, family: 'momentum', parameters: {}, origin: 'template' } as const;
    await stores.strategies.addMany([{ ...row, state: 'active', stateReason: 'test', createdAt: 0, updatedAt: 0 }]);
    for (const symbol of SYMBOLS) {
      const place = { account: ACCOUNT, strategyHash: hash, symbol, timeframe: '1h', state: 'active' } as const;
      await stores.portfolio.put({ ...place, reason: '', rank, cycleId: '', outOfSample: metrics, updatedAt: 0 });
    }
  }
  await node(['trader', 'analyst', 'risk-manager', 'ceo']);
  const ticks = createTickRunner(context);
  try {
    await setMarketTime(context, OPENS + HOUR);
    await ticks.run(OPENS + HOUR);
  } finally {
    await ticks.close();
  }
  const reviews = (await stores.audit.read(1, 1000)).filter(({ action }) => action === 'review');
  const orders = await stores.orders.list({ account: ACCOUNT, limit: 100 });
  return JSON.stringify({
    verdicts: reviews.map(({ data }) => data['verdicts']),
    orders: orders.map(({ clientOrderId, symbol, amount }) => [clientOrderId, symbol, amount]).sort(),
  });
}

it(
  '20 runs of one tick with 8 markets under load give the same verdicts in the same order',
  { timeout: 600_000 },
  async () => {
    const seen = new Set<string>();
    for (let run = 0; run < RUNS; run += 1)
      await testEnvironment.withCompany(async (company) => {
        seen.add(await tick(company));
      });
    const [first, ...others] = seen;
    expect(others).toEqual([]);
    const { verdicts } = JSON.parse(first!) as { verdicts: { decision: string; signal: { symbol: string } }[][] };
    expect(verdicts).toHaveLength(1);
    const markets = verdicts[0]!.map(({ signal }) => signal.symbol);
    expect(markets).toEqual(SYMBOLS.flatMap((symbol) => [symbol, symbol]));
    const decisions = new Set(verdicts[0]!.map(({ decision }) => decision));
    expect(decisions.has('veto') && decisions.size > 1).toBe(true);
  },
);

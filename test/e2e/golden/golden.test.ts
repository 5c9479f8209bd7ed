import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tickFlow } from '../../../queues/flows/tick-flow.ts';
import { QUEUE_NAMES } from '../../../queues/names.ts';
import { readCandleFile } from '../../../src/adapters/candle-files/read-candle-file.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { buildSpec, randomParameters, templates } from '../../../src/domain/strategies/families/families.ts';
import { type FamilyParameters } from '../../../src/domain/strategies/families/parameter-range.ts';
import { hashSpec } from '../../../src/domain/strategies/hash-spec.ts';
import { FAMILIES, type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { setMarketTime } from '../../../src/feed/feed.ts';
import { importCandleFiles } from '../../../src/adapters/candle-files/import-candles.ts';
import { createJobWaiter } from '../../../src/feed/job-waiter.ts';
import { metrics } from '../../contract/stores/samples.ts';
import { openTestEnvironment, type TestEnvironment, type TestCompany } from '../../fixtures/company.ts';
import { REAL_DATA, realFile, workspace, type Workspace } from '../cli/corp-process.ts';

/**
 * What must not change when only the shape of the code does: figures of backtests, of a replay and of the default cycle,
 * without texts, wall times and the head of the audit log. `UPDATE_GOLDEN=1` writes the file anew: do so only in a
 * change that means to change behaviour, and say in the commit what changed.
 */
const GOLDEN = join(import.meta.dirname, 'golden.json');
const BTC = realFile('BTC-USD_FIVE_MINUTE.csv');
const HOUR = 3_600_000;
const CANDLES = 300;
/** A replay of 300 hourly candles begins here: strategies have their warm-up behind them. */
const OPENS = Date.UTC(2025, 8, 1);
const ACCOUNT = 'paper';

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

function expectGolden(part: string, actual: unknown): void {
  const stored = existsSync(GOLDEN) ? (JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, unknown>) : {};
  if (process.env['UPDATE_GOLDEN'] === '1') {
    const next = Object.fromEntries(Object.entries({ ...stored, [part]: actual }).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(GOLDEN, `${JSON.stringify(next, null, 1)}\n`);
    return;
  }
  // Through JSON, as the file went.
  expect(JSON.parse(JSON.stringify(actual))).toEqual(stored[part]);
}

/** The document of a command that says how far it is on standard error. */
async function documentOf<T>({ corp }: Workspace, ...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await corp(...args, '--json');
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

interface NamedSpec {
  readonly name: string;
  readonly spec: StrategySpec;
}

/** Two templates and a drawn set of parameters of each family, all of them long: the market is a spot market. */
const SPECS: readonly NamedSpec[] = FAMILIES.flatMap((family) => {
  const rng = createRng(7).fork(family);
  const drawn = Array.from({ length: 50 }, () => ({ parameters: randomParameters(family, rng) }));
  const isLong = (spec: StrategySpec): boolean => spec.side === 'long';
  const specsOf = (sets: readonly { readonly parameters: FamilyParameters }[], count: number): StrategySpec[] =>
    sets
      .map(({ parameters }) => buildSpec(family, parameters))
      .filter(isLong)
      .slice(0, count);
  return [...specsOf(templates(family), 2), ...specsOf(drawn, 1)].map((spec, i) => ({ name: `${family} ${i}`, spec }));
});

interface BacktestDocument {
  readonly trades: readonly Readonly<Record<string, unknown>>[];
  readonly resultHash: string;
}

describe.skipIf(!existsSync(BTC))(`with the real candles of ${REAL_DATA}`, () => {
  it('twelve backtests give the trades they always gave', { timeout: 120_000 }, async () => {
    const place = workspace();
    const results = [];
    for (const { name, spec } of SPECS) {
      const file = join(place.directory, 'spec.json');
      writeFileSync(file, JSON.stringify(spec));
      const { trades, resultHash } = await documentOf<BacktestDocument>(
        ...([place, 'backtest', '--spec', file, '--data', BTC, '--timeframe', '1h'] as const),
      );
      results.push({ name, spec: hashSpec(spec), trades: trades.length, tradesHash: digest(trades), resultHash });
    }
    expect(results.reduce((sum, { trades }) => sum + trades, 0)).toBeGreaterThan(100);
    expectGolden('backtests', results);
  });

  describe('a replay', () => {
    let testEnvironment: TestEnvironment;
    beforeAll(async () => {
      testEnvironment = await openTestEnvironment();
    });
    afterAll(() => testEnvironment.close());

    const trade = async ({ context }: TestCompany): Promise<void> => {
      const { stores, config, descriptor, data, producer } = context;
      await importCandleFiles(stores, config, [await readCandleFile(BTC)], descriptor.source);
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
      const trader = createJobWaiter(context, 'trader');
      const risk = createJobWaiter(context, 'risk-manager');
      try {
        await setMarketTime(context, OPENS);
        for (let candleTime = OPENS; candleTime < OPENS + CANDLES * HOUR; candleTime += HOUR) {
          await setMarketTime(context, candleTime + HOUR);
          const flow = tickFlow({ account: ACCOUNT, symbol, timeframe: '1h', candleTime });
          await producer.addFlow(flow);
          await trader.ended([flow.jobId]);
          const monitor = `monitor.${ACCOUNT}.t${candleTime}`;
          await producer.add('risk-manager', 'monitor', { account: ACCOUNT }, { jobId: monitor });
          await risk.ended([monitor]);
        }
      } finally {
        await Promise.all([trader.close(), risk.close()]);
      }
    };

    it('of 300 candles with four strategies gives the same orders, fills and equity', { timeout: 300_000 }, () =>
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
});

interface CycleDocument {
  readonly markets: readonly unknown[];
  readonly stages: readonly { readonly stage: string; readonly jobs: number; readonly ok: number }[];
  readonly opportunities: readonly { readonly symbol: string; readonly score: number; readonly accepted: boolean }[];
  readonly analyses: readonly unknown[];
  readonly strategies: unknown;
  readonly portfolio: readonly { readonly hash: string; readonly symbol: string; readonly state: string }[];
  readonly rejections: {
    readonly screened: readonly { readonly count: number }[];
    readonly optimized: readonly { readonly strategy: string; readonly symbol: string }[];
  };
  readonly orders: readonly Readonly<Record<string, unknown>>[];
  readonly fills: readonly unknown[];
  readonly equity: number;
}
interface VerdictRow {
  readonly decision: string;
  readonly amount: number;
  readonly reasons: readonly { readonly code: string }[];
}

describe('the default cycle', () => {
  it('draws, decides and orders what it always did', { timeout: 180_000 }, async () => {
    const place = workspace();
    const cycle = await documentOf<CycleDocument>(place, 'start', '--once');
    const { items } = await documentOf<{ readonly items: readonly VerdictRow[] }>(place, 'verdicts');
    expectGolden('cycle', {
      markets: cycle.markets,
      stages: cycle.stages.map(({ stage, jobs, ok }) => ({ stage, jobs, ok })),
      opportunities: cycle.opportunities.map(({ symbol, score, accepted }) => ({ symbol, score, accepted })),
      analyses: cycle.analyses,
      strategies: cycle.strategies,
      portfolio: cycle.portfolio.map(({ hash, symbol, state }) => ({ hash, symbol, state })),
      screenedOut: cycle.rejections.screened.map(({ count }) => count),
      optimizedOut: cycle.rejections.optimized.map(({ strategy, symbol }) => ({ strategy, symbol })),
      verdicts: items.map(({ decision, amount, reasons }) => ({ decision, amount, codes: reasons.map((r) => r.code) })),
      orders: cycle.orders.map(({ createdAt: _at, reason: _reason, ...order }) => order),
      fills: cycle.fills,
      equity: cycle.equity,
    });
  });
});

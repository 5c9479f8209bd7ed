import { describe, expect, it } from 'vitest';
import { createStrategySelector, type SelectorDeps } from '../../processors/strategy-selector/agent.ts';
import { type Fill } from '../../src/domain/orders/order.ts';
import { atMostWins, improbableResults } from '../../src/domain/portfolio/improbable-results.ts';
import { type Holding } from '../../src/domain/portfolio/holding.ts';
import { jobWith, NOON, testDeps } from '../unit/processors/agent/agent-fixture.ts';
import { metricsWith } from '../unit/research/trial-fixture.ts';

// M17: a holding rejected at -80 % stayed active; places went by age, not by merit.

const place = (strategyHash: string, patch: Partial<Holding> = {}): Holding => ({
  account: 'paper',
  strategyHash,
  symbol: 'AAA-USD',
  timeframe: '1h',
  state: 'active',
  reason: 'proven',
  rank: 0,
  cycleId: 'before',
  outOfSample: metricsWith(),
  updatedAt: NOON,
  ...patch,
});

interface Setting {
  readonly places: Holding[];
  readonly rejectedNow?: string;
  readonly fills?: readonly Fill[];
  readonly maxActive?: number;
}

/** Runs a selection; returns the texts of its alerts. */
async function select({ places, rejectedNow, fills = [], maxActive = 10 }: Setting): Promise<readonly string[]> {
  const alerts: string[] = [];
  const optimized = {
    optimizedHash: rejectedNow,
    symbol: 'AAA-USD',
    folds: [],
    outOfSample: metricsWith({ totalReturn: -0.8 }),
  };
  const stores = {
    cycles: { get: async () => ({ id: 'c1', account: 'paper', timeframe: '1h', asOf: NOON }) },
    optimizations: { ofCycle: async () => (rejectedNow === undefined ? [] : [optimized]) },
    decisions: { recordMany: async () => 0, ofCycle: async () => [] },
    strategies: { getMany: async () => [], rejectCandidates: async () => undefined, setState: async () => true },
    portfolio: {
      list: async () => places.filter(({ state }) => state !== 'retired'),
      async put(holding: Holding) {
        places[places.findIndex(({ strategyHash }) => strategyHash === holding.strategyHash)] = holding;
      },
    },
    ledger: {
      positions: async () => [],
      fills: async ({ strategyHash }: { strategyHash?: string }) =>
        fills.filter((fill) => fill.strategyHash === strategyHash),
    },
    intents: { addMany: async () => 0 },
    alerts: {
      async raise({ text }: { readonly text: string }) {
        alerts.push(text);
        return true;
      },
    },
  };
  const rules = {
    active: { minTrades: 1, minDeflatedSharpe: 0, maxDrawdown: 1, minProfitFactor: 0, minPositiveFolds: 0 },
    incubating: { minTrades: 1, minProbabilisticSharpe: 0, maxDrawdown: 1 },
    minDays: 0,
    maxCorrelation: 1,
    maxActive,
    maxIncubating: 10,
  };
  const broadcaster = { publish: async () => undefined };
  const deps = { ...testDeps(), stores, broadcaster, data: { now: async () => NOON }, rules };
  const job = jobWith('select', { meta: {}, payload: { cycleId: 'c1' } });
  await createStrategySelector(deps as unknown as SelectorDeps).process(job, 'token', undefined);
  return alerts;
}

const roundTrip = (strategyHash: string, i: number, pnl: number): Fill[] =>
  (['entry', 'exit'] as const).map((purpose) => ({
    id: `${strategyHash}.${i}.${purpose}`,
    account: 'paper',
    clientOrderId: `o${i}`,
    strategyHash,
    symbol: 'AAA-USD',
    side: purpose === 'entry' ? 'buy' : 'sell',
    purpose,
    amount: 1,
    price: purpose === 'entry' ? 100 : 100 + pnl,
    fee: 0,
    time: NOON + 2 * i + (purpose === 'exit' ? 1 : 0),
  }));

describe('a holding leaves', () => {
  it('when a later judgement rejects it at -80 %', async () => {
    const places = [place('bad'), place('good')];
    await select({ places, rejectedNow: 'bad' });
    expect(places.map(({ state }) => state)).toEqual(['retired', 'active']);
    expect(places[0]!.reason).toMatch(/^retired: cycle c1 judged it again: out of sample: .*return -80.0 %/);
  });

  it('when its results are improbable under its backtest, and not when they are merely poor', async () => {
    const proven = metricsWith({ trades: 100, wins: 60 });
    const results = (hash: string, wins: number) =>
      Array.from({ length: 20 }, (_, i) => roundTrip(hash, i, i < wins ? 1 : -1)).flat();
    const places = [place('liar', { outOfSample: proven }), place('unlucky', { outOfSample: proven })];
    await select({ places, fills: [...results('liar', 5), ...results('unlucky', 9)] });
    expect(places.map(({ state }) => state)).toEqual(['retired', 'active']);
    expect(places[0]!.reason).toContain('5 of 20 trades won, 60 % did in the backtest');
  });

  it('when others have more merit, whatever their age', async () => {
    const returns = (mean: number) => Array.from({ length: 60 }, (_, i) => mean + (i % 2 === 0 ? 0.01 : -0.01));
    const places = [
      place('fresh but poor', { updatedAt: NOON + 9, outOfSample: metricsWith({ dailyReturns: returns(-0.001) }) }),
      place('old and good', {
        updatedAt: NOON - 9,
        rank: 5,
        outOfSample: metricsWith({ dailyReturns: returns(0.005) }),
      }),
    ];
    await select({ places, maxActive: 1 });
    expect(places.map(({ state }) => state)).toEqual(['retired', 'active']);
  });
});

/** M15: a strategy that a person added is reported on, not retired, unless it was added as managed. */
describe('a holding that a person added', () => {
  const added = { addedBy: 'operator' } as const;

  it('is reported on and stays, unless it was added as managed', async () => {
    const places = [place('mine', added)];
    const alerts = await select({ places, rejectedNow: 'mine' });
    expect(places).toEqual([place('mine', added)]);
    expect(alerts).toEqual([
      expect.stringMatching(/^mine on AAA-USD stays active, because an operator added it; .*return -80.0 %/),
    ]);
    const managed = [place('mine', { ...added, managed: true })];
    expect(await select({ places: managed, rejectedNow: 'mine' })).toEqual([]);
    expect(managed[0]?.state).toBe('retired');
  });

  it('keeps its place before all others, with results that belie its backtest too', async () => {
    const returns = Array.from({ length: 60 }, (_, i) => 0.005 + (i % 2 === 0 ? 0.01 : -0.01));
    const losses = Array.from({ length: 20 }, (_, i) => roundTrip('mine', i, -1)).flat();
    const proven = metricsWith({ trades: 100, wins: 60 });
    const places = [
      place('better', { outOfSample: metricsWith({ dailyReturns: returns }) }),
      place('mine', { ...added, outOfSample: proven }),
    ];
    const alerts = await select({ places, fills: losses, maxActive: 1 });
    expect(places.map(({ state }) => state)).toEqual(['retired', 'active']);
    expect(alerts).toEqual([expect.stringContaining('0 of 20 trades won')]);
  });
});

it('the tail of the binomial distribution has its known values', () => {
  expect(atMostWins(0, 3, 0.5)).toBeCloseTo(0.125, 12);
  expect(atMostWins(5, 20, 0.6)).toBeCloseTo(0.001_611_5, 6);
  expect(atMostWins(20, 20, 0.6)).toBeCloseTo(1, 12);
  expect(improbableResults([{ pnl: -1 }], { trades: 10, wins: 10 })).toBeNull();
});

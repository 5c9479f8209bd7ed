import { expect, it } from 'vitest';
import { createStrategySelector, type SelectorDeps } from '../../processors/strategy-selector/agent.ts';
import { type Holding } from '../../src/domain/portfolio/holding.ts';
import { jobWith, NOON, testDeps } from '../unit/processors/agent/agent-fixture.ts';
import { metricsWith } from '../unit/research/trial-fixture.ts';

// Bug: a strategy dropped from one market was marked retired while it traded on another.

const place = (strategyHash: string, symbol: string, rank: number): Holding => ({
  account: 'paper',
  strategyHash,
  symbol,
  timeframe: '1h',
  state: 'incubating',
  reason: 'promising',
  rank,
  cycleId: 'before',
  outOfSample: metricsWith(),
  updatedAt: NOON,
});

it('a strategy is retired when it leaves its last market', async () => {
  const places = [place('both', 'AAA-USD', 0), place('both', 'BBB-USD', 1), place('one', 'AAA-USD', 2)];
  const retired: string[] = [];
  const cycle = { id: 'c1', account: 'paper', timeframe: '1h', asOf: NOON };
  const stores = {
    cycles: { get: async () => cycle },
    optimizations: { ofCycle: async () => [] },
    decisions: { recordMany: async () => 0, ofCycle: async () => [] },
    strategies: {
      getMany: async () => [],
      rejectCandidates: async () => undefined,
      setState: async (hash: string) => retired.push(hash),
    },
    portfolio: {
      list: async () => places.filter(({ state }) => state !== 'retired'),
      async put(holding: Holding) {
        const at = places.findIndex((p) => p.strategyHash === holding.strategyHash && p.symbol === holding.symbol);
        places[at] = holding;
      },
    },
    ledger: { positions: async () => [], fills: async () => [] },
    intents: { addMany: async () => 0 },
  };
  const rules = { maxActive: 0, maxIncubating: 1 };
  const deps = { ...testDeps(), stores, data: { now: async () => NOON }, rules } as unknown as SelectorDeps;
  const job = jobWith('select', { meta: {}, payload: { cycleId: 'c1' } });
  await createStrategySelector(deps).process(job, 'token', undefined);
  expect(places.map(({ state }) => state)).toEqual(['incubating', 'retired', 'retired']);
  expect(retired).toEqual(['one']);
});

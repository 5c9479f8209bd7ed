import { describe, expect, it } from 'vitest';
import { createOptimizer, type OptimizerDeps } from '../../../../processors/optimizer/agent.ts';
import { strategyOf } from '../../../../src/domain/strategies/strategy.ts';
import { buildSpec, templates } from '../../../../src/domain/strategies/families/families.ts';
import { gridAround } from '../../../../src/domain/strategies/families/grid-around.ts';
import { type FamilyParameters } from '../../../../src/domain/strategies/families/parameter-range.ts';
import { hashSpec } from '../../../../src/domain/strategies/hash-spec.ts';
import { type Decision } from '../../../../src/domain/research/decision.ts';
import { type WorkUnit } from '../../../../src/domain/research/work-unit.ts';
import { trialWith } from '../../research/trial-fixture.ts';
import { jobWith, NOON, testDeps } from '../agent/agent-fixture.ts';

const FAMILY = 'breakout';
const FOLDS = 3;
const GRID = 10;

/** Plans the grid around a candidate with these parameters. */
async function planAround(parameters: FamilyParameters) {
  const spec = buildSpec(FAMILY, parameters);
  const hash = hashSpec(spec);
  const candidate = strategyOf({ hash, family: FAMILY, parameters, spec, origin: 'random' }, NOON);
  const units: WorkUnit[] = [];
  const decisions: Decision[] = [];
  const cycle = { id: 'c1', timeframe: '1h', asOf: NOON };
  const trials = [trialWith({ strategyHash: hash }), trialWith({ strategyHash: 'poor' }, { totalReturn: -0.1 })];
  const stores = {
    cycles: { get: async () => cycle },
    trials: { ofCycle: async () => trials },
    decisions: { recordMany: async (rows: readonly Decision[]) => decisions.push(...rows) },
    strategies: { getMany: async () => [candidate], addMany: async () => 0, rejectCandidates: async () => undefined },
    workUnits: { addMany: async (rows: readonly WorkUnit[]) => units.push(...rows) },
  };
  const deps = {
    ...testDeps(),
    stores,
    data: { series: async () => ({ length: 1000 }), identity: async () => ({ seriesId: 's', dataset: 'd' }) },
    candidates: 5,
    gridSize: GRID,
    folds: FOLDS,
    testShare: 0.4,
    minTrades: 20,
    unitSize: 8,
  } as unknown as OptimizerDeps;
  const job = jobWith('plan', { meta: {}, payload: { cycleId: 'c1' } });
  const answer = await createOptimizer(deps).process(job, 'token', undefined);
  return { answer, units, decisions, hash };
}

describe('the plan of an optimisation', () => {
  const start = templates(FAMILY)[0]!.parameters;

  it('contains every point of the grid, including the candidate, once per training window', async () => {
    // One candidate off its grid, and one on its grid.
    for (const parameters of [start, gridAround(FAMILY, start, GRID)[1]!]) {
      const { units, hash } = await planAround(parameters);
      const points = new Set(gridAround(FAMILY, parameters, GRID).map((point) => hashSpec(buildSpec(FAMILY, point))));
      const asked = units.flatMap(({ items }) => items.map((item) => `${item.hash}/${item.window.to}`));
      expect(new Set(asked).size).toBe(asked.length);
      expect(asked).toHaveLength(points.size * FOLDS);
      expect(asked.filter((item) => item.startsWith(hash))).toHaveLength(FOLDS);
    }
  });

  it('names the units of each candidate, and gives each rejection a reason', async () => {
    const { answer, units, decisions, hash } = await planAround(start);
    expect(answer).toEqual({
      candidates: [{ strategyHash: hash, symbol: 'BTC-USD', units: units.map(({ id }) => id) }],
      rejected: 1,
    });
    expect(decisions.map(({ strategyHash, decision, reason }) => ({ strategyHash, decision, reason }))).toEqual([
      { strategyHash: hash, decision: 'candidate', reason: 'goes on to optimisation' },
      { strategyHash: 'poor', decision: 'rejected', reason: 'loses 10.0 % in sample after fees' },
    ]);
  });
});

import { joinWindows } from '../../src/domain/research/join-windows.ts';
import { chooseOnTraining, screen } from '../../src/domain/research/screen.ts';
import { walkForwardSplit, type WalkForwardSplit } from '../../src/domain/research/split.ts';
import { type Trial } from '../../src/domain/research/trial.ts';
import { trialId } from '../../src/domain/research/trial-id.ts';
import { buildSpec } from '../../src/domain/strategies/families/families.ts';
import { gridAround } from '../../src/domain/strategies/families/grid-around.ts';
import { hashSpec } from '../../src/domain/strategies/hash-spec.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Evaluator } from '../../src/ports/evaluator.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';
import { type Decision } from '../../src/domain/research/decision.ts';
import { type WorkUnit, cutIntoUnits } from '../../src/domain/research/work-unit.ts';
import { type Strategy, strategyOf } from '../../src/domain/strategies/strategy.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { fillModelOf, type FillSettings } from '../../src/domain/backtest/result.ts';
import { atTradedSize, type SizeLimits } from '../../src/domain/risk/traded-size.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { requireCycle } from '../agent/require-cycle.ts';

export interface OptimizerDeps extends AgentDeps {
  readonly stores: Pick<Stores, 'cycles' | 'trials' | 'strategies' | 'workUnits' | 'optimizations' | 'decisions'>;
  readonly data: MarketData;
  readonly evaluator: Evaluator;
  readonly fill: FillSettings;
  readonly limits: SizeLimits;
  readonly candidates: number;
  readonly gridSize: number;
  readonly folds: number;
  readonly testShare: number;
  readonly minTrades: number;
  readonly unitSize: number;
}

/** Label of a candidate in ids: a hash prefix that is unique within a cycle. */
const labelOf = (hash: string): string => `h${hash.slice(0, 16)}`;

function screened({ cycleId, strategyHash, symbol }: Trial, decision: Decision['decision'], reason: string): Decision {
  return {
    cycleId,
    strategyHash,
    symbol,
    stage: 'screen',
    decision,
    reason,
    probabilisticSharpe: null,
    deflatedSharpe: null,
  };
}

/**
 * Optimisation agent: builds a parameter grid around each candidate, chooses on the training windows and measures on the
 * windows after them.
 */
export function createOptimizer(deps: OptimizerDeps): Agent {
  const { stores, data, evaluator, clock } = deps;

  const splitOf = async (cycle: Cycle, symbol: string): Promise<WalkForwardSplit> => {
    const series = await data.series({ symbol, timeframe: cycle.timeframe, asOf: cycle.asOf });
    return walkForwardSplit(series.length, deps.folds, deps.testShare);
  };

  const variantsOf = (candidate: Strategy): Strategy[] => {
    const { family } = candidate;
    // An imported genome has no family parameters to explore; it is measured unchanged.
    if (family === 'imported') return [candidate];
    const grid = gridAround(family, candidate.parameters, deps.gridSize);
    const drafts = grid.map((parameters): [string, Strategy] => {
      const spec = buildSpec(family, parameters);
      const variant = strategyOf(
        { hash: hashSpec(spec), family, parameters, spec, origin: 'optimized', parent: candidate.hash },
        clock.now(),
      );
      return [variant.hash, variant];
    });
    // The candidate may lie on its own grid, and different parameters may build the same spec: keep each spec once.
    return [...new Map(drafts).values()];
  };

  const planOne = async (
    cycle: Cycle,
    candidate: Strategy,
    symbol: string,
  ): Promise<{ variants: Strategy[]; units: readonly WorkUnit[] }> => {
    const { folds } = await splitOf(cycle, symbol);
    const identity = await data.identity({ symbol, timeframe: cycle.timeframe, asOf: cycle.asOf });
    const variants = variantsOf(candidate);
    const items = folds.flatMap(({ train }) => variants.map(({ hash }) => ({ hash, window: train })));
    const units = cutIntoUnits(cycle, 'grid', { symbol, ...identity }, labelOf(candidate.hash), items, deps.unitSize);
    return { variants, units };
  };

  /**
   * Trials of a candidate's grid, selected by the specs in its units, not by the unit that recorded them. Grids overlap,
   * and a spec that two grids share is recorded once, by the faster unit.
   */
  const gridTrials = async (cycleId: string, candidate: string, symbol: string): Promise<readonly Trial[]> => {
    const prefix = `${cycleId}.grid.${symbol}.${labelOf(candidate)}.`;
    const [units, trials] = await Promise.all([
      stores.workUnits.ofCycle(cycleId, 'grid', symbol),
      stores.trials.ofCycle(cycleId, 'grid', symbol),
    ]);
    const specs = new Set(
      units.filter(({ id }) => id.startsWith(prefix)).flatMap(({ items }) => items.map(({ hash }) => hash)),
    );
    return trials.filter((trial) => specs.has(trial.strategyHash));
  };

  return defineAgent(
    'optimizer',
    {
      async plan({ cycleId }, { abortSignal }) {
        const cycle = await requireCycle(stores.cycles, cycleId);
        const { candidates, rejected } = screen(await stores.trials.ofCycle(cycleId, 'screen'), deps);
        await stores.decisions.recordMany([
          ...candidates.map((trial) => screened(trial, 'candidate', 'goes on to optimisation')),
          ...rejected.map(({ trial, reason }) => screened(trial, 'rejected', reason)),
        ]);
        abortSignal.throwIfAborted();
        // A template that fails on one market may be a candidate on another.
        const kept = new Set(candidates.map((trial) => trial.strategyHash));
        const dropped = rejected.filter(({ trial }) => !kept.has(trial.strategyHash));
        await stores.strategies.rejectCandidates(
          dropped.map(({ trial, reason }) => ({ hash: trial.strategyHash, reason })),
          clock.now(),
        );
        abortSignal.throwIfAborted();
        const strategies = new Map(
          (await stores.strategies.getMany(candidates.map((trial) => trial.strategyHash))).map((s) => [s.hash, s]),
        );
        const plans = await Promise.all(
          candidates.map(async (trial) => {
            const strategy = strategies.get(trial.strategyHash);
            if (!strategy)
              throw new AppError('unknown-strategy', `strategy ${trial.strategyHash} is missing from the store`);
            return { trial, ...(await planOne(cycle, strategy, trial.symbol)) };
          }),
        );
        await stores.strategies.addMany(plans.flatMap((plan) => plan.variants));
        await stores.workUnits.addMany(plans.flatMap((plan) => plan.units));
        return {
          candidates: plans.map(({ trial, units }) => ({
            strategyHash: trial.strategyHash,
            symbol: trial.symbol,
            units: units.map(({ id }) => id),
          })),
          rejected: rejected.length,
        };
      },

      async optimize({ cycleId, strategyHash, symbol }, { abortSignal, jobId }) {
        const cycle = await requireCycle(stores.cycles, cycleId);
        const { timeframe, asOf } = cycle;
        const [{ folds }, trials, market] = await Promise.all([
          splitOf(cycle, symbol),
          gridTrials(cycleId, strategyHash, symbol),
          data.market(symbol),
        ]);
        const chosen = folds.map(({ train }) => {
          const best = chooseOnTraining(
            trials.filter(({ window }) => window.from === train.from && window.to === train.to),
            deps.minTrades,
          );
          if (!best)
            throw new AppError(
              'no-grid-results',
              `no grid of ${strategyHash} was evaluated on bars ${train.from}..${train.to}`,
              { advice: 'Its work units failed: see their dead letters' },
            );
          return best;
        });
        const specs = new Map(
          (await stores.strategies.getMany(chosen.map((trial) => trial.strategyHash))).map((s) => [s.hash, s.spec]),
        );
        // The gates judge what comes of this: at the size that the limits leave (ADR 0038).
        const items = folds.map(({ test }, fold) => {
          const spec = specs.get(chosen[fold]!.strategyHash)!;
          return { spec: atTradedSize(spec, deps.limits, market), window: test };
        });
        const tested = await evaluator.evaluate(
          { symbol, timeframe, asOf, fillModel: fillModelOf(market, deps.fill), items, keepsDailyReturns: true },
          abortSignal,
        );
        const played = await data.identity({ symbol, timeframe, asOf });
        await stores.trials.recordMany(
          tested.map((metrics, fold): Trial => {
            const identity = {
              cycleId,
              stage: 'walk-forward',
              strategyHash: chosen[fold]!.strategyHash,
              symbol,
              timeframe,
              window: folds[fold]!.test,
            } as const;
            return { ...identity, ...played, id: trialId(identity), unitId: jobId, metrics };
          }),
        );
        const outOfSample = joinWindows(tested);
        const optimizedHash = chosen.at(-1)!.strategyHash;
        await stores.optimizations.save({
          cycleId,
          strategyHash,
          symbol,
          timeframe,
          optimizedHash,
          folds: folds.map(({ train, test }, fold) => ({
            train,
            test,
            chosenHash: chosen[fold]!.strategyHash,
            trainSharpe: chosen[fold]!.metrics.sharpe,
            testMetrics: tested[fold]!,
          })),
          outOfSample,
          gridSize: trials.length / folds.length,
          at: clock.now(),
        });
        return { strategyHash, optimizedHash, outOfSampleTrades: outOfSample.trades };
      },
    },
    deps,
  );
}

import { fillModelOf, type FillSettings } from '../../src/domain/backtest/result.ts';
import { type Trial } from '../../src/domain/research/trial.ts';
import { trialId } from '../../src/domain/research/trial-id.ts';
import { type StrategySpec } from '../../src/domain/strategies/spec.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Evaluator } from '../../src/ports/evaluator.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createForwarder, type ForwarderDeps } from './forward/forward-unit.ts';

export interface BacktestDeps extends AgentDeps {
  /** Only with the backend `coordinator`. */
  readonly forwarder?: Omit<ForwarderDeps, 'clock' | 'strategies' | 'market'>;
  readonly stores: Pick<Stores, 'workUnits' | 'trials' | 'strategies'>;
  readonly data: MarketData;
  readonly evaluator: Evaluator;
  readonly fill: FillSettings;
  readonly node: string;
}

/** Backtesting agent: runs work units off the event loop and records every trial once. */
export function createBacktest(deps: BacktestDeps): Agent {
  const { stores, data, evaluator, clock } = deps;
  const { strategies } = stores;
  const forward =
    deps.forwarder &&
    createForwarder({ ...deps.forwarder, clock, strategies, market: (symbol) => data.market(symbol) });

  const specsOf = async (hashes: readonly string[]): Promise<ReadonlyMap<string, StrategySpec>> => {
    const specs = new Map((await stores.strategies.getMany(hashes)).map(({ hash, spec }) => [hash, spec]));
    const missing = hashes.find((hash) => !specs.has(hash));
    if (missing !== undefined) throw new AppError('unknown-strategy', `strategy ${missing} is missing from the store`);
    return specs;
  };

  return defineAgent(
    'backtest',
    {
      async 'run-unit'({ unitId }, { abortSignal, job }) {
        const unit = await stores.workUnits.get(unitId);
        if (!unit)
          throw new AppError('unknown-work-unit', `there is no work unit ${unitId}`, {
            advice: 'Start a new cycle: the plan of this one is missing from the store',
          });
        const startedAt = clock.now();
        const market = await data.market(unit.symbol);
        const { symbol, timeframe, asOf, items } = unit;
        const played = await data.identity({ symbol, timeframe, asOf });
        if (unit.dataset !== undefined && unit.dataset !== played.dataset)
          throw new AppError(
            'other-candles',
            `${symbol} ${timeframe} has other candles here than unit ${unitId} was planned on`,
            {
              advice: 'Compare corp data check on both machines, then start a new cycle',
            },
          );
        const specs = await specsOf(items.map(({ hash }) => hash));
        const metrics = await evaluator.evaluate(
          {
            symbol,
            timeframe,
            asOf,
            fillModel: fillModelOf(market, deps.fill),
            items: items.map(({ hash, window }) => ({ spec: specs.get(hash)!, window })),
            keepsDailyReturns: false,
          },
          abortSignal,
        );
        const trials = items.map(({ hash, window }, i): Trial => {
          const identity = { cycleId: unit.cycleId, stage: unit.stage, strategyHash: hash, symbol, timeframe, window };
          return { ...identity, ...played, id: trialId(identity), unitId, metrics: metrics[i]! };
        });
        const recorded = await stores.trials.recordMany(trials);
        await stores.workUnits.finish(unitId, {
          node: deps.node,
          ms: clock.now() - startedAt,
          at: clock.now(),
          trials: trials.length,
        });
        await job.updateProgress(100);
        return {
          unitId,
          trials: trials.length,
          recorded,
          failed: trials.filter((trial) => trial.metrics.error !== undefined).length,
        };
      },

      async forward({ unitId }, context) {
        if (!forward) {
          throw new AppError('no-coordinator', 'backtests are not forwarded: backtest.backend is local', {
            advice: 'Set backtest.backend to coordinator in config/agents.yaml, and COORDINATOR_URL',
          });
        }
        const { state, doneBy, reports, reason } = await forward(unitId, context);
        const strategies = reports.filter(({ strategyHash }) => strategyHash !== '').length;
        const ended = state === 'done' ? ('done' as const) : ('failed' as const);
        return { unitId, state: ended, doneBy, reports: reports.length, strategies, reason };
      },
    },
    deps,
  );
}

import { analyze } from '../../src/domain/analysis/analyze.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { intentsAt, signalInputs } from '../../src/domain/portfolio/intents.ts';
import { requireCycle } from '../agent/require-cycle.ts';

export interface AnalystDeps extends AgentDeps {
  readonly stores: Pick<Stores, 'cycles' | 'analyses' | 'portfolio' | 'strategies' | 'ledger' | 'intents'>;
  readonly data: MarketData;
}

/** Senior analyst: analyses a market for a cycle, and evaluates the strategies that trade it on every candle. */
export function createAnalyst(deps: AnalystDeps): Agent {
  const { data, stores } = deps;
  return defineAgent(
    'analyst',
    {
      async analyze({ cycleId, symbol }) {
        const { timeframe, asOf } = await requireCycle(stores.cycles, cycleId);
        const analysis = analyze(await data.series({ symbol, timeframe, asOf }));
        await stores.analyses.saveAnalysis(cycleId, analysis);
        return { symbol, regime: analysis.regime, score: analysis.score };
      },

      async signals({ account, symbol, timeframe, candleTime }) {
        const holdings = (await stores.portfolio.list({ account, symbol })).filter(
          (holding) => holding.timeframe === timeframe,
        );
        if (holdings.length === 0) return { intents: [] };
        const [series, positions, strategies] = await Promise.all([
          data.series({ symbol, timeframe, asOf: candleTime + timeframeMs(timeframe), anyCoverage: true }),
          stores.ledger.positions(account),
          stores.strategies.getMany(holdings.map(({ strategyHash }) => strategyHash)),
        ]);
        const intents = intentsAt(series, signalInputs(holdings, strategies, positions));
        await stores.intents.addMany(intents);
        return { intents: intents.map(({ id }) => id) };
      },
    },
    deps,
  );
}

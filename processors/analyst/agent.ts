import { analyze } from '../../src/domain/analysis/analyze.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { intentsAt, signalInputs } from '../../src/domain/portfolio/intents.ts';
import { errorText } from '../../src/domain/errors.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type MarketFailure } from '../../src/ports/broker.ts';
import { marketsFailed } from '../agent/markets-failed.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { requireClosed } from '../agent/require-closed.ts';
import { requireCycle } from '../agent/require-cycle.ts';
import { createKnownStrategies } from './known-strategies.ts';

export interface AnalystDeps extends AgentDeps {
  readonly stores: Pick<
    Stores,
    'cycles' | 'analyses' | 'portfolio' | 'strategies' | 'ledger' | 'intents' | 'alerts' | 'riskState'
  >;
  readonly data: MarketData;
  readonly broadcaster: Broadcaster;
}

/** Senior analyst: analyses a market for a cycle, and evaluates the strategies that trade it on every candle. */
export function createAnalyst(deps: AnalystDeps): Agent {
  const { data, stores } = deps;
  const raiseAlert = createRaiseAlert(deps);
  const knownStrategies = createKnownStrategies(stores.strategies);

  /** The strategies of the other markets decide without these. */
  const reportFailed = async (account: string, candleTime: number, failed: readonly MarketFailure[]): Promise<void> => {
    await raiseAlert({
      key: `unread/${account}/${candleTime}`,
      account,
      severity: 'critical',
      title: 'Markets could not be evaluated',
      text: marketsFailed('strategies did not decide', failed).message,
    });
  };

  /** Rule exits that waited for the end of a HALTED, once it is over. */
  const waitingExits = async (account: string): Promise<string[]> => {
    const state = await stores.riskState.get(account);
    return state?.tradingState === 'HALTED' ? [] : [...(state?.waitingExits ?? [])];
  };

  return defineAgent(
    'analyst',
    {
      async analyze({ cycleId, symbol }) {
        const { timeframe, asOf } = await requireCycle(stores.cycles, cycleId);
        const analysis = analyze(await data.series({ symbol, timeframe, asOf }));
        await stores.analyses.saveAnalysis(cycleId, analysis);
        return { symbol, regime: analysis.regime, score: analysis.score };
      },

      async signals({ account, symbols, timeframe, candleTime }, { job }) {
        const asOf = candleTime + timeframeMs(timeframe);
        const [all, waiting, positions] = await Promise.all([
          stores.portfolio.list({ account }),
          waitingExits(account),
          stores.ledger.positions(account),
          requireClosed(data, 'the candle', asOf),
        ]);
        const held = all.filter((holding) => holding.timeframe === timeframe && symbols.includes(holding.symbol));
        if (held.length === 0) return { intents: waiting, failed: [] };
        const strategies = await knownStrategies(held.map(({ strategyHash }) => strategyHash));
        const intents: Intent[] = [];
        const failed: MarketFailure[] = [];
        for (const symbol of symbols) {
          const holdings = held.filter((holding) => holding.symbol === symbol);
          if (holdings.length === 0) continue;
          try {
            const series = await data.series({ symbol, timeframe, asOf, anyCoverage: true });
            intents.push(...intentsAt(series, signalInputs(holdings, strategies, positions)));
          } catch (error) {
            failed.push({ symbol, error });
          }
        }
        await stores.intents.addMany(intents);
        const isLastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
        if (failed.length > 0 && !isLastAttempt) throw marketsFailed('not evaluated', failed);
        if (failed.length > 0) await reportFailed(account, candleTime, failed);
        return {
          intents: [...new Set([...waiting, ...intents.map(({ id }) => id)])],
          failed: failed.map(({ symbol, error }) => ({ symbol, reason: errorText(error) })),
        };
      },
    },
    deps,
  );
}

import { analyze } from '../../src/domain/analysis/analyze.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { isIncubation } from '../../src/domain/portfolio/accounts.ts';
import { type Holding } from '../../src/domain/portfolio/holding.ts';
import { intentsAt, signalInputs } from '../../src/domain/portfolio/intents.ts';
import { repeatedEntries } from '../../src/domain/portfolio/repeated-entry.ts';
import { errorText } from '../../src/domain/errors.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type MarketFailure } from '../../src/ports/broker.ts';
import { marketsFailed } from '../agent/markets-failed.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { requireClosed } from '../agent/require-closed.ts';
import { requireCycle } from '../agent/require-cycle.ts';
import { timedOutEntries, type TimedOutDeps } from './timed-out-entries.ts';
import { createKnownStrategies } from './known-strategies.ts';

export interface AnalystDeps extends AgentDeps {
  readonly stores: Pick<
    Stores,
    'cycles' | 'analyses' | 'portfolio' | 'strategies' | 'ledger' | 'intents' | 'alerts' | 'riskState' | 'orders'
  >;
  readonly data: MarketData;
  readonly broadcaster: Broadcaster;
  readonly entries: TimedOutDeps['entries'];
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

  /** What the incubation accounts of the company hold, and the exits that wait there. A HALTED of the company is theirs too. */
  const incubationOf = async (holdings: readonly Holding[], main: string) => {
    const accounts = [...new Set(holdings.map(({ account }) => account))].filter(isIncubation).sort();
    if (accounts.length === 0) return [];
    const [positions, state] = await Promise.all([stores.ledger.positions(accounts), stores.riskState.get(main)]);
    return Promise.all(
      accounts.map(async (account) => {
        const held = positions.filter((position) => position.account === account);
        const waits = state?.tradingState === 'HALTED' || held.every(({ amount }) => amount === 0);
        return { account, positions: held, waiting: waits ? [] : await waitingExits(account) };
      }),
    );
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
          stores.portfolio.list({ company: account }),
          waitingExits(account),
          stores.ledger.positions(account),
          requireClosed(data, 'the candle', asOf),
        ]);
        const incubation = await incubationOf(all, account);
        const accounts = [account, ...incubation.map((of) => of.account)];
        const timedOut = await timedOutEntries(deps, accounts, timeframe, asOf);
        const known = [...positions, ...incubation.flatMap((of) => of.positions)];
        const held = all.filter((holding) => holding.timeframe === timeframe && symbols.includes(holding.symbol));
        const strategies = await knownStrategies(held.map(({ strategyHash }) => strategyHash));
        const intents: Intent[] = [];
        const failed: MarketFailure[] = [];
        for (const symbol of symbols) {
          const holdings = held.filter((holding) => holding.symbol === symbol);
          if (holdings.length === 0) continue;
          try {
            const series = await data.series({ symbol, timeframe, asOf, anyCoverage: true });
            const inputs = signalInputs(holdings, strategies, known);
            const fresh = intentsAt(series, inputs);
            intents.push(...fresh, ...repeatedEntries(series, inputs, fresh, timedOut));
          } catch (error) {
            failed.push({ symbol, error });
          }
        }
        await stores.intents.addMany(intents);
        const isLastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
        if (failed.length > 0 && !isLastAttempt) throw marketsFailed('not evaluated', failed);
        if (failed.length > 0) await reportFailed(account, candleTime, failed);
        const intentsOf = (of: string, before: readonly string[]): string[] => [
          ...new Set([...before, ...intents.flatMap((intent) => (intent.account === of ? [intent.id] : []))]),
        ];
        return {
          intents: intentsOf(account, waiting),
          incubation: incubation.map((of) => ({ account: of.account, intents: intentsOf(of.account, of.waiting) })),
          failed: failed.map(({ symbol, error }) => ({ symbol, reason: errorText(error) })),
        };
      },
    },
    deps,
  );
}

import { selectStrategies, type SelectionOutcome, type SelectionRules } from '../../src/domain/research/selection.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type Cycle } from '../../src/domain/research/cycle.ts';
import { type OptimizationResult } from '../../src/domain/research/optimization.ts';
import { closedTrades } from '../../src/domain/portfolio/closed-trades.ts';
import { improbableResults } from '../../src/domain/portfolio/improbable-results.ts';
import { probabilisticSharpe } from '../../src/domain/statistics/probabilistic-sharpe.ts';
import { incubationAccount, isIncubation } from '../../src/domain/portfolio/accounts.ts';
import { isKeptByPerson, type Holding } from '../../src/domain/portfolio/holding.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { intentsAt, signalInputs } from '../../src/domain/portfolio/intents.ts';
import { requireCycle } from '../agent/require-cycle.ts';
import { createOwnStrategies, type OwnStrategiesDeps } from './own-strategies.ts';

export interface SelectorDeps extends AgentDeps, Pick<OwnStrategiesDeps, 'fill' | 'account' | 'timeframe'> {
  readonly stores: Pick<
    Stores,
    | 'cycles'
    | 'optimizations'
    | 'decisions'
    | 'strategies'
    | 'portfolio'
    | 'ledger'
    | 'intents'
    | 'alerts'
    | 'riskState'
  >;
  readonly broadcaster: Broadcaster;
  readonly data: MarketData;
  readonly rules: SelectionRules;
}

/** Fills that are read for the results of one holding. */
const RESULT_FILLS = 500;

const keyOf = (hash: string, symbol: string): string => `${hash}/${symbol}`;

/** Investment agent: builds the portfolio from out-of-sample figures and gives a reason for each rejection. */
export function createStrategySelector(deps: SelectorDeps): Agent {
  const { stores, data, clock, rules } = deps;
  const raiseAlert = createRaiseAlert(deps);
  const own = createOwnStrategies({ ...deps, raiseAlert });

  const hold = async (cycle: Cycle, outcome: SelectionOutcome, rank: number): Promise<Holding | null> => {
    const { candidate, decision, reason } = outcome;
    if (decision === 'rejected') return null;
    const { account: main, timeframe } = cycle;
    const { hash, symbol } = candidate;
    const known = (await stores.portfolio.list({ company: main, symbol })).filter(
      ({ strategyHash }) => strategyHash === hash,
    );
    const live = known.filter(({ state }) => state !== 'retired');
    const kept = live.find(isKeptByPerson);
    if (kept) return kept;
    const isUnproven = decision === 'incubating';
    const account = isUnproven ? incubationAccount(main, hash) : main;
    const addedBy = known.find((holding) => holding.addedBy !== undefined)?.addedBy;
    const holding: Holding = {
      ...(addedBy !== undefined && { addedBy, managed: true }),
      account,
      ...(isUnproven && { incubationOf: main }),
      strategyHash: hash,
      symbol,
      timeframe,
      state: decision,
      reason,
      rank,
      cycleId: cycle.id,
      outOfSample: candidate.outOfSample,
      updatedAt: clock.now(),
    };
    await stores.portfolio.put(holding);
    await stores.strategies.setState(hash, decision, { reason, at: clock.now(), account, symbol, timeframe });
    // It has graduated, or must prove itself again: what it holds on the other account is closed there.
    for (const other of live.filter((before) => before.account !== account)) {
      const moved = `goes on as ${decision} on account ${account}`;
      await stores.portfolio.put({ ...other, state: 'retired', reason: moved, updatedAt: clock.now() });
    }
    return holding;
  };

  /**
   * A strategy may have holdings on several markets; it is retired with the last one. The holding is written last, so that
   * an interrupted run finds it unchanged and repeats both steps. What a person keeps is reported instead.
   */
  const retire = async (cycle: Cycle, holding: Holding, why: string): Promise<void> => {
    if (isKeptByPerson(holding)) {
      const { account, strategyHash, symbol, state } = holding;
      await raiseAlert({
        key: `kept/${account}/${strategyHash}/${symbol}/${cycle.id}`,
        account,
        severity: 'warning',
        title: 'A strategy that a person keeps does badly',
        text: `${strategyHash.slice(0, 8)} on ${symbol} stays ${state}, because an operator added it; the selector would retire it: ${why}`,
      });
      return;
    }
    const reason = `retired: ${why}`;
    const remaining = await stores.portfolio.list({ states: ['active', 'incubating'] });
    const isLast = remaining.filter(({ strategyHash }) => strategyHash === holding.strategyHash).length <= 1;
    if (isLast) await stores.strategies.setState(holding.strategyHash, 'retired', { reason, at: clock.now() });
    await stores.portfolio.put({ ...holding, state: 'retired', reason, updatedAt: clock.now() });
  };

  const current = (cycle: Cycle): Promise<readonly Holding[]> =>
    stores.portfolio.list({ company: cycle.account, states: ['active', 'incubating'] });

  /** Retires holdings that this cycle has judged again and rejected, and those with results that belie their backtest. */
  const retireBad = async (cycle: Cycle, outcomes: readonly SelectionOutcome[]): Promise<void> => {
    const keyOfOutcome = ({ candidate }: SelectionOutcome): string => keyOf(candidate.hash, candidate.symbol);
    const taken = new Set(outcomes.filter(({ decision }) => decision !== 'rejected').map(keyOfOutcome));
    const rejected = new Map(
      outcomes
        .filter(({ decision }) => decision === 'rejected')
        .map((outcome) => [keyOfOutcome(outcome), outcome.reason]),
    );
    for (const holding of await current(cycle)) {
      const { strategyHash, symbol, outOfSample } = holding;
      const key = keyOf(strategyHash, symbol);
      const rejection = taken.has(key) ? undefined : rejected.get(key);
      if (rejection !== undefined) {
        await retire(cycle, holding, `cycle ${cycle.id} judged it again: ${rejection}`);
        continue;
      }
      const { account } = holding;
      const fills = await stores.ledger.fills({ account, strategyHash, symbol, limit: RESULT_FILLS });
      const improbable = improbableResults(closedTrades(fills), outOfSample);
      if (improbable !== null) await retire(cycle, holding, improbable);
    }
  };

  /**
   * Retires holdings beyond the limits: places go to those that persons keep, then to the highest probabilistic Sharpe ratio
   * out of sample.
   */
  const retireSurplus = async (cycle: Cycle): Promise<void> => {
    const held = await current(cycle);
    const meritOf = (holding: Holding): number =>
      isKeptByPerson(holding) ? Infinity : (probabilisticSharpe(holding.outOfSample.dailyReturns, 0) ?? -1);
    for (const state of ['active', 'incubating'] as const) {
      const limit = state === 'active' ? rules.maxActive : rules.maxIncubating;
      const ordered = held
        .filter((holding) => holding.state === state)
        .map((holding) => ({ holding, merit: meritOf(holding), key: keyOf(holding.strategyHash, holding.symbol) }))
        .sort(
          (a, b) =>
            Number(b.merit > a.merit) - Number(b.merit < a.merit) ||
            a.holding.rank - b.holding.rank ||
            (a.key < b.key ? -1 : 1),
        );
      for (const { holding } of ordered.slice(limit))
        await retire(cycle, holding, `cycle ${cycle.id} found better for its place among ${limit} ${state} strategies`);
    }
  };

  /** Intents of the new portfolio at the close of the cycle's last candle. */
  const firstIntents = async (cycle: Cycle, holdings: readonly Holding[]): Promise<readonly Intent[]> => {
    // If the market has moved on during the cycle, the next tick decides: it reads the new portfolio too.
    if ((await data.now()) >= cycle.asOf + 2 * timeframeMs(cycle.timeframe)) return [];
    const accounts = [...new Set(holdings.map(({ account }) => account))];
    const positions = accounts.length === 0 ? [] : await stores.ledger.positions(accounts);
    const strategies = await stores.strategies.getMany(holdings.map((h) => h.strategyHash));
    const symbols = [...new Set(holdings.map((holding) => holding.symbol))].sort();
    const intents: Intent[] = [];
    for (const symbol of symbols) {
      const series = await data.series({ symbol, timeframe: cycle.timeframe, asOf: cycle.asOf });
      const here = holdings.filter((holding) => holding.symbol === symbol);
      intents.push(...intentsAt(series, signalInputs(here, strategies, positions), cycle.id));
    }
    await stores.intents.addMany(intents);
    return intents;
  };

  /** Keeps the first decision: an interrupted run may have changed the portfolio that this run reads. */
  const asRecorded = async (
    cycleId: string,
    judged: readonly SelectionOutcome[],
  ): Promise<readonly SelectionOutcome[]> => {
    const recorded = new Map(
      (await stores.decisions.ofCycle(cycleId))
        .filter(({ stage }) => stage === 'select')
        .map((decision) => [keyOf(decision.strategyHash, decision.symbol), decision]),
    );
    return judged.map((outcome) => {
      const first = recorded.get(keyOf(outcome.candidate.hash, outcome.candidate.symbol));
      if (!first || first.decision === 'candidate') return outcome;
      return { ...outcome, decision: first.decision, reason: first.reason };
    });
  };

  /**
   * Remote workers search on the same candles that judge strategies here, out-of-sample ones included. Their finds are
   * therefore incubated on paper first, even with figures good enough for `active`.
   */
  const incubateRemote = async (judged: readonly SelectionOutcome[]): Promise<readonly SelectionOutcome[]> => {
    const best = judged.filter(({ decision }) => decision === 'active').map(({ candidate }) => candidate.hash);
    const remote = new Set(
      (await stores.strategies.getMany(best)).filter(({ origin }) => origin === 'remote').map(({ hash }) => hash),
    );
    return judged.map((outcome) =>
      remote.has(outcome.candidate.hash)
        ? { ...outcome, decision: 'incubating', reason: `${outcome.reason}; found by remote workers: on paper first` }
        : outcome,
    );
  };

  const candidateOf = ({
    optimizedHash,
    symbol,
    outOfSample,
    folds,
  }: OptimizationResult): SelectionOutcome['candidate'] => ({
    hash: optimizedHash,
    symbol,
    outOfSample,
    foldReturns: folds.map((fold) => fold.testMetrics.totalReturn),
  });

  return defineAgent(
    'strategy-selector',
    {
      async select({ cycleId }) {
        const cycle = await requireCycle(stores.cycles, cycleId);
        const candidates = (await stores.optimizations.ofCycle(cycleId)).map(candidateOf);
        const considered = new Set(candidates.map(({ hash, symbol }) => keyOf(hash, symbol)));
        const held = (await stores.portfolio.list({ company: cycle.account, states: ['active', 'incubating'] })).filter(
          (holding) => !considered.has(keyOf(holding.strategyHash, holding.symbol)),
        );
        const judged = await incubateRemote(
          selectStrategies(
            candidates,
            held.map((holding) => ({
              name: holding.strategyHash.slice(0, 8),
              dailyReturns: holding.outOfSample.dailyReturns,
            })),
            rules,
          ),
        );
        await stores.decisions.recordMany(
          judged.map(({ candidate, decision, reason, probabilisticSharpe, deflatedSharpe }) => ({
            cycleId,
            strategyHash: candidate.hash,
            symbol: candidate.symbol,
            stage: 'select',
            decision,
            reason,
            probabilisticSharpe,
            deflatedSharpe,
          })),
        );
        const outcomes = await asRecorded(cycleId, judged);
        const holdings: Holding[] = [];
        for (const [rank, outcome] of outcomes.entries()) {
          const holding = await hold(cycle, outcome, rank);
          if (holding) holdings.push(holding);
        }
        const rejected = outcomes.filter(({ decision }) => decision === 'rejected');
        await stores.strategies.rejectCandidates(
          rejected.map(({ candidate, reason }) => ({ hash: candidate.hash, reason })),
          clock.now(),
        );
        await retireBad(cycle, outcomes);
        await retireSurplus(cycle);
        const kept = new Set((await current(cycle)).map(({ strategyHash, symbol }) => keyOf(strategyHash, symbol)));
        const placed = holdings.filter(({ strategyHash, symbol }) => kept.has(keyOf(strategyHash, symbol)));
        const intents = await firstIntents(cycle, placed);
        const idsOf = (account: string): string[] =>
          intents.flatMap((intent) => (intent.account === account ? [intent.id] : []));
        const incubation = [...new Set(intents.map(({ account }) => account))].filter(isIncubation).sort();
        return {
          selected: placed.filter(({ state }) => state === 'active').length,
          incubating: placed.filter(({ state }) => state === 'incubating').length,
          rejected: rejected.length,
          intents: idsOf(cycle.account),
          incubation: incubation.map((account) => ({ account, intents: idsOf(account) })),
        };
      },

      'add-strategy': (request) => own.add(request),

      'retire-strategy': (request) => own.retire(request),
    },
    deps,
  );
}

import { closedTrades } from '../../src/domain/portfolio/closed-trades.ts';
import { currentStance } from '../../src/domain/risk/current-stance.ts';
import { macroStance } from '../../src/domain/risk/macro-stance.ts';
import { silentAgents, type Heartbeat } from '../../src/domain/risk/silent-agents.ts';
import { type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type RiskLimits } from '../../src/domain/risk/limits.ts';
import { type BreakerRules } from '../../src/domain/risk/breakers/breaker.ts';
import { QUEUE_NAMES } from '../../queues/names.ts';
import { type Producer } from '../../queues/producer.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { requireClosed } from '../agent/require-closed.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { createTradingStates } from '../agent/trading-states.ts';
import { AppError } from '../../src/domain/errors.ts';
import { requireDay } from './require-day.ts';
import { createBreakerWatch } from './watch-breakers.ts';

export interface CeoDeps extends AgentDeps {
  readonly stores: Pick<
    Stores,
    'agentStates' | 'alerts' | 'analyses' | 'cycles' | 'ledger' | 'riskState' | 'portfolio' | 'intents'
  >;
  readonly producer: Producer;
  readonly riskStates: RiskStates;
  readonly broker: Broker;
  readonly data: MarketData;
  readonly broadcaster: Broadcaster;
  /** The account whose trading is reduced while a money agent is silent. */
  readonly account: string;
  readonly limits: RiskLimits;
  readonly breakers: BreakerRules;
  readonly timeframe: Timeframe;
  /** The market moves with the wall clock, so that its feed can be stale. */
  readonly isRealTime: boolean;
  readonly silentAfterMs: number;
}

const DAY_MS = 86_400_000;
/** Number of closed trades that the stance considers. */
const RECENT_TRADES = 20;
/** Fills among which these are looked for. */
const RECENT_FILLS = 500;

/** Chief executive: watches agents, market, venue and feed and acts by itself, opens and closes the day, sets the macro stance. */
export function createCeo(deps: CeoDeps): Agent {
  const { stores, broker, data, broadcaster, clock, limits, riskStates, account: main } = deps;
  const watchedSince = clock.now();
  /** Kept here as well: the rows of a dead node are removed, but the silence of its agents must still be noticed. */
  const lastSeenOf = new Map<string, number>();
  const heartbeats = async (): Promise<readonly Heartbeat[]> => {
    for (const { agent, lastSeen } of await stores.agentStates.list())
      lastSeenOf.set(agent, Math.max(lastSeen, lastSeenOf.get(agent) ?? watchedSince));
    return [...lastSeenOf].map(([agent, lastSeen]) => ({ agent, lastSeen }));
  };

  /** An alert about an account that does not exist would be read as one about the account that does. */
  const requireOwn = (account: string): void => {
    if (account !== main)
      throw new AppError('bad-input', `there is no account ${account} in this company: it trades ${main}`);
  };

  const raiseAlert = createRaiseAlert(deps);
  const states = createTradingStates(deps);
  const watch = createBreakerWatch({ ...deps, states, raiseAlert });

  const reportSilence = async (agent: string, lastSeen: number): Promise<void> => {
    await broadcaster.publish({ topic: 'agent-restart', at: clock.now(), data: { agent } });
    const text = `${agent} has sent no heartbeat for ${Math.round((clock.now() - lastSeen) / 1000)} s; a restart of its worker was requested`;
    // The key contains the last heartbeat, so each silence gives one alert.
    await raiseAlert({
      key: `silent/${agent}/${lastSeen}`,
      severity: 'critical',
      title: `Agent ${agent} is silent`,
      text,
    });
  };

  const stanceOf = async (
    account: string,
    cycleId: string | undefined,
  ): Promise<{ stance: string; riskBudget: number }> => {
    const latest = cycleId ?? (await stores.cycles.list(1))[0]?.id;
    const analyses = latest === undefined ? [] : await stores.analyses.analyses(latest);
    const [{ equity }, fills] = await Promise.all([
      broker.balance(account),
      stores.ledger.fills({ account, limit: RECENT_FILLS }),
    ]);
    const closed = closedTrades(fills).slice(-RECENT_TRADES);
    const recent = { equity, closedTrades: closed.length, pnl: closed.reduce((sum, { pnl }) => sum + pnl, 0) };
    const regimes = analyses.map(({ regime }) => regime);
    const { state } = await riskStates.change(account, (current) => {
      const { riskBudget, stance, reasons } = macroStance(regimes, current, recent, limits);
      const text = `${stance}: ${reasons.join('; ')}`;
      if (current.riskBudget === riskBudget && current.stance === text) return { state: current };
      return { state: { ...current, version: current.version + 1, riskBudget, stance: text } };
    });
    return { stance: currentStance(state), riskBudget: state.riskBudget };
  };

  return defineAgent(
    'ceo',
    {
      async supervise() {
        const silent = silentAgents(QUEUE_NAMES, await heartbeats(), clock.now(), deps.silentAfterMs, watchedSince);
        for (const agent of silent) await reportSilence(agent, lastSeenOf.get(agent) ?? watchedSince);
        await watch.supervised(main, silent);
        return {
          agents: [...lastSeenOf.keys()].filter((agent) => !silent.includes(agent)).length,
          silent: [...silent],
        };
      },

      watch: (closed) => watch.candle(closed),

      async 'set-stance'({ account, cycleId }) {
        await broker.open(account);
        return stanceOf(account, cycleId);
      },

      async 'start-day'({ account, day }) {
        requireOwn(account);
        requireDay(day, await requireClosed(data, 'the day before it', day));
        await broker.open(account);
        const silent = silentAgents(QUEUE_NAMES, await heartbeats(), clock.now(), deps.silentAfterMs, watchedSince);
        const { stance, riskBudget } = await stanceOf(account, undefined);
        const { tradingState, stateReason } = await riskStates.read(account);
        const date = new Date(day).toISOString().slice(0, 10);
        const explanation = `${date}: trading ${tradingState} (${stateReason}); risk budget ${riskBudget}; ${stance}${silent.length > 0 ? `; silent: ${silent.join(', ')}` : ''}`;
        await raiseAlert({
          key: `day-open/${account}/${day}`,
          account,
          severity: silent.length > 0 ? 'warning' : 'info',
          title: 'Trading day opened',
          text: explanation,
        });
        return { opened: tradingState === 'ACTIVE', explanation };
      },

      async 'stop-day'({ account, day }) {
        requireOwn(account);
        requireDay(day, await requireClosed(data, 'the day before it', day));
        const key = `daily-report/${account}/${day}`;
        const [{ equity, cash, exposure }, points, fills, verdicts, holdings] = await Promise.all([
          broker.balance(account),
          stores.ledger.equity(account, 10_000),
          stores.ledger.fills({ account, limit: 10_000 }),
          stores.intents.verdicts({ account, limit: 1000 }),
          stores.portfolio.list({ company: account, states: ['active', 'incubating'] }),
        ]);
        const isInDay = (time: number): boolean => time >= day && time < day + DAY_MS;
        const today = points.filter(({ time }) => isInDay(time)).sort((a, b) => a.time - b.time);
        // As the drawdown limits: from the last equity before the day.
        const before = points.findLast(({ time }) => time < day);
        const opening = before?.equity ?? today[0]?.equity ?? equity;
        const dayFills = fills.filter(({ time }) => isInDay(time));
        const fees = dayFills.reduce((sum, { fee }) => sum + fee, 0);
        const vetoes = verdicts.filter(({ decision }) => decision === 'veto').length;
        const text = [
          `equity ${equity.toFixed(2)} (${opening === 0 ? '0.00' : (((equity - opening) / opening) * 100).toFixed(2)} % today), cash ${cash.toFixed(2)}, exposure ${exposure.toFixed(2)}`,
          `${dayFills.length} fills, fees ${fees.toFixed(2)}`,
          `${holdings.filter(({ state }) => state === 'active').length} active and ${holdings.filter(({ state }) => state === 'incubating').length} incubating strategies`,
          `${vetoes} vetoes among the last ${verdicts.length} verdicts`,
        ].join('; ');
        const title = `Daily report ${new Date(day).toISOString().slice(0, 10)}`;
        await raiseAlert({ key, account, severity: 'info', title, text });
        return { report: key };
      },

      // The state is stored first, so that nothing opens even if a later step fails; the alert tells the stored state.
      async emergency({ account, reason, flatten }, { jobId }) {
        requireOwn(account);
        await broker.open(account);
        const because = `emergency: ${reason}`;
        const { state, explanation } = flatten
          ? await states.flatten(account, { id: jobId, by: 'ceo', reason: because, halt: false })
          : await states.set(account, 'HALTED', 'ceo', because, jobId);
        await raiseAlert({
          key: `emergency/${account}/${jobId}`,
          account,
          severity: 'critical',
          title: 'Emergency',
          text: `${explanation}; trading is ${state.tradingState}, set by ${state.stateSetBy}`,
        });
        return { halted: state.tradingState === 'HALTED' };
      },
    },
    deps,
  );
}

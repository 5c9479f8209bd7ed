import { applyTrips } from '../../src/domain/risk/breakers/apply-trips.ts';
import { type Breaker, type BreakerRules, type Trip } from '../../src/domain/risk/breakers/breaker.ts';
import { marketCrashTrip, type RecentCloses } from '../../src/domain/risk/breakers/market-crash.ts';
import { peakDrawdownTrip } from '../../src/domain/risk/breakers/peak-drawdown.ts';
import { staleFeedTrip } from '../../src/domain/risk/breakers/stale-feed.ts';
import { venueDiffersTrip, venueErrorsTrip } from '../../src/domain/risk/breakers/venue-out-of-line.ts';
import { timeframeMs, type Timeframe } from '../../src/domain/market/timeframe.ts';
import { type RiskLimits } from '../../src/domain/risk/limits.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { MONEY_QUEUES } from '../../queues/names.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type AuditStore, type Stores } from '../../src/ports/stores.ts';
import { type RaiseAlert } from '../agent/raise-alert.ts';
import { requireClosed } from '../agent/require-closed.ts';
import { type TradingStates } from '../agent/trading-states.ts';

export interface BreakerWatchDeps {
  readonly stores: Pick<Stores, 'riskState'>;
  readonly states: TradingStates;
  readonly riskStates: Pick<RiskStates, 'own'>;
  readonly raiseAlert: RaiseAlert;
  readonly audit: AuditStore;
  readonly broker: Pick<Broker, 'open' | 'balance'>;
  readonly data: Pick<MarketData, 'now' | 'markets' | 'series'>;
  readonly clock: Clock;
  readonly limits: RiskLimits;
  readonly breakers: BreakerRules;
  /** Of the candles that the rules count, whoever asks. */
  readonly timeframe: Timeframe;
  readonly isRealTime: boolean;
}

interface ClosedCandle {
  readonly account: string;
  /** Open time, epoch ms. */
  readonly candleTime: number;
}

const AFTER_A_CANDLE = ['peak-drawdown', 'market-crash', 'venue-errors', 'venue-differs'] as const;

/** What the CEO watches. Each action is stored first; what was done is audited and reported afterwards. */
export interface BreakerWatch {
  /** @throws AppError `not-closed` */
  candle(closed: ClosedCandle): Promise<{ acted: string[]; flattenJob?: string }>;
  /** @param silent agents without a heartbeat */
  supervised(account: string, silent: readonly string[]): Promise<void>;
}

export function createBreakerWatch(deps: BreakerWatchDeps): BreakerWatch {
  const {
    stores,
    states,
    riskStates,
    raiseAlert,
    audit,
    broker,
    data,
    clock,
    limits,
    breakers,
    timeframe,
    isRealTime,
  } = deps;
  const candleMs = timeframeMs(timeframe);

  const report = async (account: string, trip: Trip, { state, time }: { state: RiskState; time: number }) => {
    const { breaker, response, text } = trip;
    const { tradingState, stateSetBy, stateReason, entryEpoch = 0, flatten } = state;
    const since = state.standingTrips?.find((standing) => standing.breaker === breaker)?.since ?? time;
    // Once for each time that it opens, is answered more strongly, or reduces trading again.
    const key = `ceo/${account}/${breaker}/${response}/t${since}/e${entryEpoch}`;
    const closing = flatten && flatten.doneAt === undefined ? '; everything is being closed' : '';
    await audit.append({
      key,
      actor: 'ceo',
      action: 'act',
      subject: account,
      at: clock.now(),
      data: { breaker, response, text, time, state: tradingState, setBy: stateSetBy, reason: stateReason },
    });
    await raiseAlert({
      key,
      account,
      severity: 'critical',
      title: `CEO: ${breaker}`,
      text: `${text}; trading is ${tradingState}, set by ${stateSetBy}${closing}`,
    });
  };

  const act = async (
    account: string,
    examined: readonly Breaker[],
    find: (state: RiskState) => readonly (Trip | null)[],
    time: number,
    known?: RiskState,
  ): Promise<{ readonly acted: readonly Trip[]; readonly flattenJob: string | null }> => {
    const apply = (current: RiskState) => {
      const trips = find(current).filter((trip) => trip !== null);
      return applyTrips(current, examined, trips, time);
    };
    const { state, acted } = await states.change(account, apply, known);
    const flattens = acted.some(({ response }) => response === 'flatten');
    const flattenJob = flattens ? await states.startFlatten(account, state) : null;
    for (const trip of acted) await report(account, trip, { state, time });
    return { acted, flattenJob };
  };

  /** A market that cannot be read is settled and reported by others. */
  const recentCloses = async (asOf: number): Promise<readonly RecentCloses[]> => {
    const bars = breakers.crashCandles + 1;
    const read = (await data.markets()).map(async ({ symbol }) => {
      const series = await data.series({ symbol, timeframe, asOf, bars, anyCoverage: true }).catch(() => null);
      return series ? [{ symbol, closes: series.close }] : [];
    });
    return (await Promise.all(read)).flat();
  };

  return {
    async candle({ account, candleTime }) {
      // A job that comes late is judged now: an old crash is no reason to act.
      await broker.open(account);
      const [time, { equity }, known] = await Promise.all([
        requireClosed(data, 'the candle', candleTime + candleMs),
        broker.balance(account),
        riskStates.own(account),
      ]);
      const markets = await recentCloses(time);
      const { acted, flattenJob } = await act(
        account,
        AFTER_A_CANDLE,
        (state) => [
          peakDrawdownTrip(state.peakEquity, equity, time, limits, breakers),
          marketCrashTrip(markets, time, breakers),
          venueErrorsTrip(state.venueErrors ?? [], time, candleMs, breakers),
          venueDiffersTrip(state, time, candleMs, breakers),
        ],
        time,
        known,
      );
      return {
        acted: acted.map(({ breaker, response }) => `${breaker}: ${response}`),
        ...(flattenJob !== null && { flattenJob }),
      };
    },

    async supervised(account, silent) {
      // No state yet: the account has never traded.
      if (!(await stores.riskState.get(account))) return;
      const time = await data.now();
      const money = silent.filter((agent) => MONEY_QUEUES.some((queue) => queue === agent));
      const trip: Trip = {
        breaker: 'silent-agents',
        response: 'reduce',
        text: `no heartbeat of ${money.join(', ')}`,
        at: time,
      };
      const stale = isRealTime ? staleFeedTrip(clock.now(), time, candleMs, limits) : null;
      await act(account, ['silent-agents', 'stale-feed'], () => [money.length > 0 ? trip : null, stale], time);
    },
  };
}

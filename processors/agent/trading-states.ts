import { flattenFlow, flattenJobId } from '../../queues/flows/flatten-flow.ts';
import { type Producer } from '../../queues/producer.ts';
import { isIncubation } from '../../src/domain/portfolio/accounts.ts';
import { type RiskState, type TradingState } from '../../src/domain/risk/risk-state.ts';
import { carryOutOnce } from '../../src/domain/risk/carry-out-once.ts';
import {
  requestFlatten,
  requestTradingState,
  type FlattenOrder,
  type StateAnswer,
} from '../../src/domain/risk/state-request.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type MarketData } from '../../src/ports/market-data.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { createRaiseAlert } from './raise-alert.ts';
import { type Stores } from '../../src/ports/stores.ts';

export interface TradingStatesDeps {
  readonly stores: Pick<Stores, 'alerts'>;
  readonly riskStates: RiskStates;
  readonly producer: Pick<Producer, 'add' | 'addFlow'>;
  readonly broadcaster: Broadcaster;
  readonly data: Pick<MarketData, 'now'>;
  readonly clock: Clock;
}

export interface TradingStates {
  /**
   * Applies a pure step to the risk state. Afterwards a new trading state is broadcast and, unless it is ACTIVE, the
   * trader is asked to cancel entries. Both follow the stored state, so that a crash between them costs a repetition.
   */
  change: RiskStates['change'];
  /** @param id of the request's job: it is carried out once */
  set(account: string, target: TradingState, by: 'operator' | 'ceo', reason: string, id: string): Promise<StateAnswer>;
  /**
   * The one way to close everything: stores the request, and then adds the jobs that cancel and close. Repeated by
   * `monitor` on every candle until the venue holds nothing.
   */
  flatten(account: string, order: FlattenOrder): Promise<StateAnswer>;
  /**
   * Adds the first round of a flatten that is stored and not done, and says so once. Returns the job that places the closing
   * orders.
   */
  startFlatten(account: string, state: RiskState): Promise<string | null>;
}

export function createTradingStates(deps: TradingStatesDeps): TradingStates {
  const { riskStates, producer, broadcaster, data, clock } = deps;
  const raiseAlert = createRaiseAlert(deps);

  const change: TradingStates['change'] = async (account, step, known) => {
    let before: RiskState | undefined;
    const watched: typeof step = (state) => {
      before = state;
      return step(state);
    };
    const answer = await riskStates.change(account, watched, known);
    const { tradingState, stateReason, stateSetBy, entryEpoch = 0 } = answer.state;
    const isNew = before?.tradingState !== tradingState || before.stateSetBy !== stateSetBy;
    // Who looks at the state of trading looks at the company's.
    if (isNew && !isIncubation(account)) {
      await broadcaster.publish({
        topic: 'trading-state',
        at: clock.now(),
        data: { account, state: tradingState, reason: stateReason, by: stateSetBy },
      });
    }
    const { withdrawnFlatten } = answer.state;
    if (withdrawnFlatten !== undefined) {
      // `settle` does the same, should this job be lost.
      await producer.add(
        'trader',
        'cancel-withdrawn',
        { account },
        {
          meta: { priority: 'critical', causedBy: 'state/withdrawn' },
          jobId: `cancel-withdrawn.${account}.${withdrawnFlatten}`,
        },
      );
    }
    if (tradingState !== 'ACTIVE') {
      // One job for each time that ACTIVE was left. `settle` cancels too, should this job be lost.
      await producer.add(
        'trader',
        'cancel-open',
        { account, reason: stateReason.slice(0, 500) },
        {
          meta: { priority: 'critical', causedBy: `state/${tradingState}` },
          jobId: `cancel-open.${account}.e${entryEpoch}`,
        },
      );
    }
    return answer;
  };

  const startFlatten: TradingStates['startFlatten'] = async (account, { flatten, tradingState }) => {
    if (!flatten || flatten.doneAt !== undefined) return null;
    const { id, by, reason } = flatten;
    await producer.addFlow(flattenFlow(account, reason, id));
    await raiseAlert({
      key: `flatten/${account}/${id}`,
      account,
      severity: 'critical',
      title: 'Flatten requested',
      text: `${by}: ${reason}; trading is ${tradingState}; the orders that close everything were requested`,
    });
    return flattenJobId(account, id);
  };

  return {
    change,
    startFlatten,
    async set(account, target, by, reason, id) {
      const now = await data.now();
      return change(account, (current) =>
        carryOutOnce(current, id, (state) => requestTradingState(state, target, by, reason, now)),
      );
    },
    async flatten(account, order) {
      const now = await data.now();
      const answer = await change(account, (current) =>
        carryOutOnce(current, order.id, (state) => requestFlatten(state, order, now)),
      );
      if (answer.state.flatten?.id === order.id) await startFlatten(account, answer.state);
      return answer;
    },
  };
}

import { type TroubleCause } from '../../src/domain/risk/risk-state.ts';
import { reportTrouble } from '../../src/domain/risk/trouble.ts';
import { type RaiseAlert } from './raise-alert.ts';
import { type TradingStates } from './trading-states.ts';

export interface TroubleReporterDeps {
  readonly states: Pick<TradingStates, 'change'>;
  readonly raiseAlert: RaiseAlert;
}

/**
 * Reduces trading until three candles came in time, and says what the state is afterwards: once for each time that it was
 * reduced. @param time market time of the trouble, epoch ms
 */
export type TroubleReporter = (account: string, cause: TroubleCause, text: string, time: number) => Promise<void>;

export function createTroubleReporter({ states, raiseAlert }: TroubleReporterDeps): TroubleReporter {
  return async (account, cause, text, time) => {
    const { state } = await states.change(account, (current) => ({
      state: reportTrouble(current, cause, text, time),
    }));
    await raiseAlert({
      key: `${cause}/${account}/e${state.entryEpoch ?? 0}/${text.slice(0, 100)}`,
      account,
      severity: 'critical',
      title: `Trouble: ${cause}`,
      text: `${text}; trading is ${state.tradingState}, set by ${state.stateSetBy}`,
    });
  };
}

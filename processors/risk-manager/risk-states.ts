import { openRiskState } from '../../src/domain/risk/trading-state.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type RiskStateStore } from '../../src/ports/stores.ts';

/** Lost races are rare (money desks are serialised); this many in a row is a fault, not contention. */
const MAX_RACES = 20;

export interface RiskStateDeps {
  readonly riskState: RiskStateStore;
  readonly broker: Broker;
}

export function createRiskStates({ riskState, broker }: RiskStateDeps): RiskStates {
  const read: RiskStates['read'] = async (account) => {
    const known = await riskState.get(account);
    if (known) return known;
    await broker.open(account);
    const { equity, cash, exposure, time } = await broker.balance(account);
    const opened = openRiskState({ account, time, equity, cash, exposure });
    if (await riskState.save(opened, 0)) return opened;
    return (await riskState.get(account)) ?? opened;
  };
  return {
    read,
    async change(account, step) {
      for (let race = 0; race < MAX_RACES; race += 1) {
        const state = await read(account);
        const answer = step(state);
        if (answer.state === state || (await riskState.save(answer.state, state.version))) return answer;
      }
      throw new AppError(
        'contention',
        `risk state of ${account} changed ${MAX_RACES} times while it was being changed`,
        {
          retryable: true,
        },
      );
    },
  };
}

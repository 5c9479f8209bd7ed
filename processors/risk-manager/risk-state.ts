import { openRiskState } from '../../src/domain/risk/trading-state.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { type RiskStateStore } from '../../src/ports/stores.ts';

/** Lost races are rare (money desks are serialised); this many in a row is a fault, not contention. */
const MAX_RACES = 20;

export interface RiskStateDeps {
  readonly riskState: RiskStateStore;
  readonly broker: Broker;
}

/** The risk state of an account; opened at the account's present equity the first time. */
export async function readRiskState({ riskState, broker }: RiskStateDeps, account: string): Promise<RiskState> {
  const known = await riskState.get(account);
  if (known) return known;
  await broker.open(account);
  const { equity, cash, exposure, time } = await broker.balance(account);
  const opened = openRiskState({ account, time, equity, cash, exposure });
  if (await riskState.save(opened, 0)) return opened;
  return (await riskState.get(account)) ?? opened;
}

/**
 * Applies a pure step to the risk state by compare-and-set, again from the new state when somebody was faster.
 * The step must return its input where nothing changes.
 */
export async function changeRiskState<T extends { readonly state: RiskState }>(
  deps: RiskStateDeps,
  account: string,
  step: (state: RiskState) => T,
): Promise<T> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    const state = await readRiskState(deps, account);
    const answer = step(state);
    if (answer.state === state || (await deps.riskState.save(answer.state, state.version))) return answer;
  }
  throw new AppError('contention', `risk state of ${account} changed ${MAX_RACES} times while it was being changed`, {
    retryable: true,
  });
}

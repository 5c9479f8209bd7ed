import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type RiskStateStore } from '../../src/ports/stores.ts';

/** At the start: nothing is reviewed until the trader has reconciled an account that exists with the venue. */
export async function awaitReconciliation(
  riskStates: RiskStates,
  store: Pick<RiskStateStore, 'get'>,
  account: string,
): Promise<void> {
  if (!(await store.get(account))) return;
  await riskStates.change(account, (state) => ({
    state: { ...state, version: state.version + 1, unreconciled: true },
  }));
}

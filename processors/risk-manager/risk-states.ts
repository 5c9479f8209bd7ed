import { mainAccountOf } from '../../src/domain/portfolio/accounts.ts';
import { underCompany } from '../../src/domain/risk/company-state.ts';
import { openRiskState } from '../../src/domain/risk/trading-state.ts';
import { type Broker } from '../../src/ports/broker.ts';
import { createSharedReads } from '../../src/ports/shared-reads.ts';
import { compareAndSet } from '../../src/ports/compare-and-set.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type RiskStateStore } from '../../src/ports/stores.ts';

export interface RiskStateDeps {
  readonly riskState: RiskStateStore;
  readonly broker: Broker;
}

export function createRiskStates({ riskState, broker }: RiskStateDeps): RiskStates {
  const own: RiskStates['read'] = createSharedReads(async (account) => {
    const known = await riskState.get(account);
    if (known) return known;
    await broker.open(account);
    const { equity, cash, exposure, time } = await broker.balance(account);
    const opened = openRiskState({ account, time, equity, cash, exposure });
    if (await riskState.save(opened, 0)) return opened;
    return (await riskState.get(account)) ?? opened;
  });
  return {
    own,
    async read(account) {
      const main = mainAccountOf(account);
      if (main === account) return own(account);
      const [ofAccount, ofCompany] = await Promise.all([own(account), own(main)]);
      return underCompany(ofAccount, ofCompany);
    },
    change: (account, step, known) =>
      compareAndSet(`risk state of ${account}`, async (isFirst) => {
        const state = isFirst && known ? known : await own(account);
        const answer = step(state);
        const isDone = answer.state === state || (await riskState.save(answer.state, state.version));
        return isDone ? { done: answer } : null;
      }),
  };
}

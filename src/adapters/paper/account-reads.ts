import { orderGroup, type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { fillsAfter, hasFillsAfter, sequenceOf } from '../../domain/portfolio/paper-venue/fills-after.ts';
import { type Broker } from '../../ports/broker.ts';
import { fillOf, reportOf } from './order-report.ts';
import { type StoredAccounts } from './stored-accounts.ts';

/** What a broker answers from the stored account alone, whatever its profile. */
export function createAccountReads({
  rows,
  load,
}: Pick<StoredAccounts<VenueAccount>, 'rows' | 'load'>): Pick<Broker, 'fetchGroup' | 'fills' | 'positions'> {
  return {
    async fetchGroup(account, clientOrderId) {
      const group = orderGroup((await load(account)).state, clientOrderId);
      const isWhole = group.some((order) => order.clientOrderId === clientOrderId);
      return (isWhole ? group : [...(await rows.pastGroup(account, clientOrderId)), ...group]).map(reportOf);
    },
    async fills(account, after) {
      const { state } = await load(account);
      const last = after === null ? 0 : sequenceOf(after);
      const past = hasFillsAfter(state, last) ? [] : await rows.pastFills(account, last);
      return fillsAfter(state, last, past).map(fillOf);
    },
    async positions(account) {
      return Object.values((await load(account)).state.positions).map(({ strategyHash, symbol, amount }) => ({
        strategyHash,
        symbol,
        amount,
      }));
    },
  };
}

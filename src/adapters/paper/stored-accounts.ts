import { type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { movePast } from '../../domain/portfolio/paper-venue/past.ts';
import { isBook, mayStillFill } from '../../domain/portfolio/protection/book.ts';
import { type VenueOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';
import { AppError } from '../../domain/errors.ts';
import { compareAndSet } from '../../ports/compare-and-set.ts';
import { createSharedReads } from '../../ports/shared-reads.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';
import { refuseOther, type PaperProfile } from './profile.ts';

/** Accounts in the store, of which the last state that was read or saved is remembered. */
export interface StoredAccounts<A extends VenueAccount> {
  readonly rows: VenueAccountStore;
  /** An account that is open stays open. */
  readonly opened: Set<string>;
  /** @throws AppError `no-account`, `other-profile` */
  readonly load: (account: string) => Promise<StoredAccount<A>>;
  /** Stores one pure step by compare-and-set. What is over moves into rows of its own. */
  readonly change: <T extends { readonly account: A }>(
    account: string,
    step: (state: A) => T | Promise<T>,
  ) => Promise<T>;
  /** An order of this account state, or one that was moved out of it. */
  readonly orderOf: (state: A, id: string) => Promise<VenueOrder | null>;
}

export interface StoredAccount<A> {
  readonly version: number;
  readonly state: A;
}

export function createStoredAccounts<A extends VenueAccount>(
  rows: VenueAccountStore,
  profile: PaperProfile,
): StoredAccounts<A> {
  const opened = new Set<string>();
  /** The last states that were read or saved: only a state with another version is read. */
  const newest = new Map<string, StoredAccount<A>>();

  const read = async (account: string): Promise<StoredAccount<A>> => {
    const known = newest.get(account);
    const row = await rows.load(account, known?.version);
    if (known && row?.version === known.version) return known;
    if (!row) {
      opened.delete(account);
      newest.delete(account);
      throw new AppError('no-account', `there is no paper account ${account}`, {
        retryable: true,
        advice: 'It opens with the first cycle or tick',
      });
    }
    refuseOther(profile, row.state as VenueAccount);
    const stored = { version: row.version, state: row.state as A };
    newest.set(account, stored);
    return stored;
  };

  const load = createSharedReads(read);

  return {
    rows,
    opened,
    load,
    change: (account, step) =>
      compareAndSet(`paper account ${account}`, async (isFirst) => {
        // A remembered state may be old. It is not saved then, and an answer that changes nothing is not taken from it.
        const remembered = isFirst ? newest.get(account) : undefined;
        const { version, state } = remembered ?? (await load(account));
        const answer = await step(state);
        if (answer.account === state) return remembered ? null : { done: answer };
        const moved = movePast(
          state,
          answer.account,
          isBook(answer.account) ? mayStillFill(answer.account) : undefined,
        );
        if (!(await rows.save(account, moved.account, version, moved.past))) return null;
        newest.set(account, { version: version + 1, state: moved.account });
        return { done: answer };
      }),
    orderOf: async (state, id) => state.orders[id] ?? (await rows.pastOrder(state.account, id)),
  };
}

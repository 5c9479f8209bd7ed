import { mainAccountOf } from '../../domain/portfolio/accounts.ts';
import { valueOf, type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';

/** A company that has lost everything: an account opens with cash above zero. */
const LEAST_CASH = 0.01;

/** An incubation account begins with what the company has, so that sizes are those of the main account. */
export async function openingCash(
  accounts: Pick<VenueAccountStore, 'load'>,
  account: string,
  startingCash: number,
): Promise<number> {
  const main = mainAccountOf(account);
  const company = main === account ? null : await accounts.load(main);
  const cash = company ? valueOf(company.state as VenueAccount).equity : startingCash;
  return Math.max(cash, LEAST_CASH);
}

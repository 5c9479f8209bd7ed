import { AppError } from '../../domain/errors.ts';
import { type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { isBook } from '../../domain/portfolio/protection/book.ts';

/** What the venue of a paper account offers: brackets of its own, or plain orders and one position a market. */
export type PaperProfile = 'bracket' | 'plain';

/** @throws AppError `other-profile`: an account of one profile has no meaning under the other */
export function refuseOther(profile: PaperProfile, state: VenueAccount): void {
  const its: PaperProfile = isBook(state) ? 'plain' : 'bracket';
  if (its === profile) return;
  throw new AppError(
    'other-profile',
    `paper account ${state.account} was opened with profile ${its}, the configuration says ${profile}`,
    { advice: `Set paper.profile in config/exchange.yaml to ${its}, or start with a new data directory` },
  );
}

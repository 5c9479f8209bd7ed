import { AppError } from '../../errors.ts';
import { type VenueAccount, type VenueFill } from './account.ts';

/** The number at the end of a fill's id; it grows by one with each fill of the account. */
const sequenceOf = (id: string): number => Number(id.slice(id.lastIndexOf('.') + 1));

/**
 * Fills after the one with the id `after`; all that are kept with null.
 * @throws AppError `fills-missing` when the account no longer keeps the next one.
 */
export function fillsAfter({ account, fills, nextFill }: VenueAccount, after: string | null): readonly VenueFill[] {
  if (after === null) return fills;
  const last = sequenceOf(after);
  const first = fills[0] ? sequenceOf(fills[0].id) : nextFill;
  if (last >= nextFill || last + 1 < first) {
    throw new AppError(
      'fills-missing',
      `${account} does not keep the fills after ${after}: it has ${first} to ${nextFill - 1}`,
    );
  }
  return fills.filter(({ id }) => sequenceOf(id) > last);
}

import { AppError } from '../../errors.ts';
import { type VenueAccount, type VenueFill } from './account.ts';

/** The number at the end of a fill's id; it grows by one with each fill of the account, and begins at 1. */
export const sequenceOf = (id: string): number => Number(id.slice(id.lastIndexOf('.') + 1));

type FillsOf = Pick<VenueAccount, 'account' | 'fills' | 'nextFill'>;

/** Whether all fills after the one numbered `last` are still in the account itself. */
export function hasFillsAfter({ fills, nextFill }: FillsOf, last: number): boolean {
  return last + 1 >= (fills[0] ? sequenceOf(fills[0].id) : nextFill);
}

/**
 * Fills after the one numbered `last`; 0 gives all from the first that is known: versions before store format 4 kept 500.
 * @param past fills that were moved out of the account, in order
 * @throws AppError `fills-missing` unless every one of them is known.
 */
export function fillsAfter(account: FillsOf, last: number, past: readonly VenueFill[] = []): readonly VenueFill[] {
  const { account: name, nextFill } = account;
  // A fill that is being moved is in both.
  const all = new Map([...past, ...account.fills].map((fill) => [sequenceOf(fill.id), fill]));
  const first = last === 0 ? Math.min(nextFill, ...all.keys()) : last + 1;
  const wanted = Array.from({ length: Math.max(0, nextFill - first) }, (_, i) => first + i);
  const missing = wanted.find((n) => !all.has(n));
  if (last >= nextFill || missing !== undefined) {
    throw new AppError(
      'fills-missing',
      `${name} does not keep the fills after number ${last}: it has made ${nextFill - 1}${missing === undefined ? '' : ` and number ${missing} is not stored`}`,
    );
  }
  return wanted.map((n) => all.get(n)!);
}

import { cashFlowOf, differencesBetween, type BookMark } from '../../src/domain/portfolio/books.ts';
import { foldFills } from '../../src/domain/portfolio/fold.ts';
import { ledgerBooks, type LedgerBooks } from './ledger-books.ts';
import { type LedgerDeps } from './ledger-sync.ts';
import { type VenueView } from './venue-view.ts';

/** More than anybody reads in one alert. */
const SHOWN = 10;

/**
 * Compares orders, positions and cash of the ledger with the venue. Null when they agree, otherwise both sides of each
 * difference. The first comparison of an account notes its opening cash.
 * @param seen both, if they were just read
 */
export async function compareBooks(deps: LedgerDeps, account: string, seen?: BothBooks): Promise<string | null> {
  if ((await differencesOf(deps, account, seen ?? (await readBoth(deps, account)))).length === 0) return null;
  // A process that was frozen may have overwritten a position with what it knew before: its fills say what it is.
  const { ledger } = deps.stores;
  await ledger.savePositions(foldFills(await ledger.fills({ account })));
  const found = await differencesOf(deps, account, await readBoth(deps, account));
  if (found.length === 0) return null;
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return found.slice(0, SHOWN).join('; ') + more;
}

/** The ledger, and the venue as far as it is compared. */
export interface BothBooks {
  readonly books: LedgerBooks;
  readonly view: Pick<VenueView, 'openOrders' | 'positions' | 'unassigned' | 'balance'>;
}

async function readBoth(deps: LedgerDeps, account: string): Promise<BothBooks> {
  const { broker } = deps;
  const [books, openOrders, positions, unassigned, balance] = await Promise.all([
    ledgerBooks(deps, account),
    broker.openOrders(account),
    broker.positions(account),
    broker.unassigned(account),
    broker.balance(account),
  ]);
  return { books, view: { openOrders, positions, unassigned, balance } };
}

async function differencesOf(
  { stores }: Pick<LedgerDeps, 'stores'>,
  account: string,
  { books: { orders, positions, mark }, view }: BothBooks,
): Promise<readonly string[]> {
  const { cash, writtenOff } = view.balance;
  const known: BookMark = mark ?? { account, lastFill: null, openingCash: cash - writtenOff - cashFlowOf(positions) };
  if (!mark) await stores.ledger.saveMark(known);
  return differencesBetween(
    { orders, positions, openingCash: known.openingCash },
    { openOrders: view.openOrders, positions: [...view.positions, ...view.unassigned], cash, writtenOff },
  );
}

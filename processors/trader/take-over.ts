import { type Fill } from '../../src/domain/orders/order.ts';
import { ledgerBooks, type LedgerBooks } from './ledger-books.ts';
import { entriesOf, syncOrders } from './ledger-sync.ts';
import { takeFills, type TakeDeps } from './take-fills.ts';
import { viewVenue, type VenueView } from './venue-view.ts';

/** What the ledger has taken over from the venue. */
export interface TakenOver {
  readonly view: VenueView;
  /** The ledger afterwards. */
  readonly books: LedgerBooks;
  /** Orders that were reconciled. */
  readonly orders: number;
  /** New fills. */
  readonly fills: number;
}

/**
 * Lets orders, fills and positions of the ledger follow one view of the venue.
 * @param before the ledger now @param reportEntry called for each new fill of an entry, before it is recorded
 */
export async function takeOver(
  deps: TakeDeps,
  account: string,
  before: LedgerBooks,
  reportEntry?: (fill: Fill) => Promise<void>,
): Promise<TakenOver> {
  const view = await viewVenue(deps.broker, account, entriesOf(before.orders), before.mark?.lastFill ?? null);
  const { orders, changed } = await syncOrders(deps, account, before.orders, view.groups);
  const fills = await takeFills(deps, account, before.mark, view.fills, reportEntry);
  const isSame = !changed && view.fills.length === 0;
  return { view, books: isSame ? before : await ledgerBooks(deps, account), orders, fills };
}

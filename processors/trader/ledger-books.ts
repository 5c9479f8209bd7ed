import { type Order, UNENDED_STATES } from '../../src/domain/orders/order.ts';
import { type BookMark } from '../../src/domain/portfolio/books.ts';
import { type Position } from '../../src/domain/portfolio/position.ts';
import { type Stores } from '../../src/ports/stores.ts';

/** What the ledger says of an account. */
export interface LedgerBooks {
  /** Orders that may still change. */
  readonly orders: readonly Order[];
  readonly positions: readonly Position[];
  /** Null before the first comparison with the venue. */
  readonly mark: BookMark | null;
}

export async function ledgerBooks(
  { stores }: { readonly stores: Pick<Stores, 'orders' | 'ledger'> },
  account: string,
): Promise<LedgerBooks> {
  const [orders, positions, mark] = await Promise.all([
    stores.orders.list({ account, states: UNENDED_STATES }),
    stores.ledger.positions(account),
    stores.ledger.mark(account),
  ]);
  return { orders, positions, mark };
}

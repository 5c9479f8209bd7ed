import { type OrderReport } from '../../src/domain/orders/order-request.ts';
import { type Fill } from '../../src/domain/orders/order.ts';
import { type Broker, type VenueBalance, type VenuePosition } from '../../src/ports/broker.ts';

/** What the venue says of an account, asked at one time: the paper venue answers all of it from one state. */
export interface VenueView {
  /** By the id of its entry: the entry, if the venue knows it, and its protective orders. */
  readonly groups: ReadonlyMap<string, readonly OrderReport[]>;
  /** Fills after the one that was asked for. */
  readonly fills: readonly Fill[];
  readonly openOrders: readonly OrderReport[];
  readonly positions: readonly VenuePosition[];
  /** What is held beyond the shares of the strategies. */
  readonly unassigned: readonly VenuePosition[];
  readonly balance: VenueBalance;
}

/** @param entries whose groups are wanted @param lastFill id of the last fill that is known; null before the first */
export async function viewVenue(
  broker: Broker,
  account: string,
  entries: readonly string[],
  lastFill: string | null,
): Promise<VenueView> {
  const [groups, fills, openOrders, positions, unassigned, balance] = await Promise.all([
    Promise.all(entries.map((id) => broker.fetchGroup(account, id))),
    broker.fills(account, lastFill),
    broker.openOrders(account),
    broker.positions(account),
    broker.unassigned(account),
    broker.balance(account),
  ]);
  const byEntry = new Map(entries.map((id, i) => [id, groups[i]!]));
  return { groups: byEntry, fills, openOrders, positions, unassigned, balance };
}

import { type VenueFill } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';
import { sequenceOf } from '../../domain/portfolio/paper-venue/fills-after.ts';
import { type VenueAccountStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { json, number, text } from './fields.ts';
import { keyOf } from './row-codec.ts';
import { saveVersion } from './versioned.ts';

interface VenueAccount {
  readonly account: string;
  readonly version: number;
  readonly state: unknown;
}

interface PastOrder {
  readonly account: string;
  readonly clientOrderId: string;
  /** Id of the entry: its own, or that of its parent. */
  readonly groupId: string;
  readonly order: unknown;
}

interface PastFill {
  readonly account: string;
  readonly sequence: number;
  readonly fill: unknown;
}

export function createVenueAccountStore(database: Database): VenueAccountStore {
  const accounts = database.table<VenueAccount>({
    collection: 'venueAccounts',
    key: ({ account }) => account,
    fields: { account: text, version: number, state: json },
  });
  const pastOrders = database.table<PastOrder>({
    collection: 'venueOrders',
    key: ({ account, clientOrderId }) => keyOf(account, clientOrderId),
    fields: { account: text, clientOrderId: text, groupId: text, order: json },
    indexes: [{ account: 1, groupId: 1 }],
  });
  const pastFills = database.table<PastFill>({
    collection: 'venueFills',
    key: ({ account, sequence }) => keyOf(account, sequence),
    fields: { account: text, sequence: number, fill: json },
    indexes: [{ account: 1, sequence: 1 }],
  });

  return {
    async load(account, known) {
      if (known !== undefined) {
        const [stored] = await accounts.pick({ _id: account }, {}, ['version'], { limit: 1 });
        if (!stored || stored.version === known) return stored ?? null;
      }
      const row = await accounts.get(account);
      return row && { version: row.version, state: row.state };
    },
    async save(account, state, expectedVersion, past = { orders: [], fills: [] }) {
      const orders = past.orders.map((order) => {
        const { clientOrderId, parentId: groupId = clientOrderId } = order;
        return { account, clientOrderId, groupId, order };
      });
      const fills = past.fills.map((fill) => ({ account, sequence: sequenceOf(fill.id), fill }));
      await Promise.all([pastOrders.insert(orders), pastFills.insert(fills)]);
      return saveVersion(accounts, { account, version: expectedVersion, state }, expectedVersion);
    },
    async pastOrder(account, clientOrderId) {
      const row = await pastOrders.get(keyOf(account, clientOrderId));
      return row && (row.order as VenueOrder);
    },
    async pastGroup(account, clientOrderId) {
      const rows = await pastOrders.find({ account, groupId: clientOrderId }, {});
      return rows.map(({ order }) => order as VenueOrder);
    },
    async pastFills(account, last) {
      const rows = await pastFills.find({ account, sequence: { $gt: last } }, { sequence: 1 });
      return rows.map(({ fill }) => fill as VenueFill);
    },
  };
}

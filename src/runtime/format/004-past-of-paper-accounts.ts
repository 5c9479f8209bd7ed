import { keyOf } from '../../adapters/mongo/row-codec.ts';
import { canonicalJson } from '../../domain/identity/canonical-json.ts';
import { type Migration } from './migration.ts';

interface AccountRow {
  readonly _id: string;
  readonly version: number;
  /** JSON text. */
  readonly state: string;
}

interface OldState {
  /** What became of old orders, by client order id. */
  readonly settled?: Readonly<Record<string, object>>;
}

interface OrderRow {
  readonly _id: string;
  readonly account: string;
  readonly clientOrderId: string;
  readonly groupId: string;
  readonly order: string;
}

/** Old closed orders leave the documents of the paper accounts, which grew with each of them, and become rows. */
export const pastOfPaperAccounts: Migration = {
  to: 4,
  async store({ db }) {
    const accounts = db.collection<AccountRow>('venueAccounts');
    const orders = db.collection<OrderRow>('venueOrders');
    for await (const { _id: account, version, state } of accounts.find({})) {
      const { settled, ...rest } = JSON.parse(state) as OldState;
      if (!settled) continue;
      const rows = Object.entries(settled).map(([id, outcome]) => ({
        _id: keyOf(account, id),
        ...{ account, clientOrderId: id, groupId: id },
        order: canonicalJson({ clientOrderId: id, ...outcome }),
      }));
      if (rows.length > 0) {
        const upserts = rows.map((row) => ({
          replaceOne: { filter: { _id: row._id }, replacement: row, upsert: true },
        }));
        await orders.bulkWrite(upserts);
      }
      // A second process that migrates at the same time writes the same.
      await accounts.updateOne({ _id: account, version }, { $set: { state: canonicalJson(rest) } });
    }
  },
  async queues() {
    // No job holds an account.
  },
};

import { type VenueAccountStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { json, number, text } from './fields.ts';
import { saveVersion } from './versioned.ts';

interface VenueAccount {
  readonly account: string;
  readonly version: number;
  readonly state: unknown;
}

export function createVenueAccountStore(database: Database): VenueAccountStore {
  const accounts = database.table<VenueAccount>({
    collection: 'venueAccounts',
    key: ({ account }) => account,
    fields: { account: text, version: number, state: json },
  });

  return {
    async load(account) {
      const row = await accounts.get(account);
      return row && { version: row.version, state: row.state };
    },
    save: (account, state, expectedVersion) =>
      saveVersion(accounts, { account, version: expectedVersion, state }, expectedVersion),
  };
}

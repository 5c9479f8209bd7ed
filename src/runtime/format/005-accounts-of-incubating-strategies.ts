import { keyOf } from '../../adapters/mongo/row-codec.ts';
import { incubationAccount, isIncubation } from '../../domain/portfolio/accounts.ts';
import { type Migration } from './migration.ts';

interface HoldingRow {
  readonly _id: string;
  readonly account: string;
  readonly strategyHash: string;
  readonly symbol: string;
  readonly state: string;
}

/**
 * Incubating strategies leave the main account, where they traded with a reduced size that is no longer known: they go on with
 * accounts of their own, and what they hold on the main one is closed with its next candle.
 */
export const accountsOfIncubatingStrategies: Migration = {
  to: 5,
  async store({ db }) {
    const holdings = db.collection<HoldingRow>('portfolios');
    for (const row of await holdings.find({ state: 'incubating' }).toArray()) {
      const { account: main, strategyHash, symbol } = row;
      if (isIncubation(main)) continue;
      const account = incubationAccount(main, strategyHash);
      const own = { ...row, _id: keyOf(account, strategyHash, symbol), account, incubationOf: main };
      // The new one first: a process that is killed between finds the old one again. A second process writes the same.
      await holdings.replaceOne({ _id: own._id }, own, { upsert: true });
      const reason = `goes on as incubating on account ${account}`;
      await holdings.updateOne({ _id: row._id, state: 'incubating' }, { $set: { state: 'retired', reason } });
      await db.collection('strategies').updateOne({ hash: strategyHash, account: main }, { $set: { account } });
    }
  },
  async queues() {
    // Intents of incubating strategies that wait for a review keep their account: the main one.
  },
};

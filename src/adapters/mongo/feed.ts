import { type FeedState } from '../../ports/records.ts';
import { type FeedStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, text } from './fields.ts';

export function createFeedStore(database: Database): FeedStore {
  const feeds = database.table<FeedState>({
    collection: 'feedState',
    key: ({ source }) => source,
    fields: { source: text, now: number, updatedAt: number },
  });

  return {
    get: (source) => feeds.get(source),
    async advance(state) {
      const move = (): Promise<boolean> => feeds.replaceWhen({ now: { $lte: state.now } }, state);
      if (await move()) return;
      // The row is missing, or already ahead. Another process may insert concurrently with an earlier time.
      if ((await feeds.insert([state])) === 0) await move();
    },
  };
}

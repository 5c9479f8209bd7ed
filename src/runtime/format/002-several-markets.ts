import { type Migration } from './migration.ts';

/** Jobs that named one `symbol` and now name several `symbols`. */
const JOBS = { trader: 'settle', analyst: 'signals' } as const;

interface OldData {
  readonly payload: { readonly symbol?: string };
}

/** Rewrites the queued jobs of one market's candle as jobs of several markets, so that none of them fails. */
export const severalMarkets: Migration = {
  to: 2,
  async store() {
    // The store keeps no job.
  },
  async queues({ redis, prefix }) {
    for (const [queue, name] of Object.entries(JOBS)) {
      for await (const keys of redis.scanStream({ match: `${prefix}:${queue}:*`, type: 'hash' })) {
        for (const key of keys as readonly string[]) {
          const [job, data] = await redis.hmget(key, 'name', 'data');
          if (job !== name || !data) continue;
          const message = JSON.parse(data) as OldData;
          const { symbol, ...rest } = message.payload;
          if (symbol === undefined) continue;
          await redis.hset(key, 'data', JSON.stringify({ ...message, payload: { ...rest, symbols: [symbol] } }));
        }
      }
    }
  },
};

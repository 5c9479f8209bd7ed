import { type Holding } from '../../domain/portfolio/holding.ts';
import { type PortfolioStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, number, oneOf, optional, plain, text } from './fields.ts';
import { keyOf } from './row-codec.ts';

export function createPortfolioStore(database: Database): PortfolioStore {
  const holdings = database.table<Holding>({
    collection: 'portfolios',
    key: ({ account, strategyHash, symbol }) => keyOf(account, strategyHash, symbol),
    fields: {
      account: text,
      incubationOf: optional(text),
      strategyHash: text,
      symbol: text,
      timeframe: text,
      state: oneOf(['incubating', 'active', 'retired']),
      reason: text,
      rank: number,
      cycleId: text,
      outOfSample: plain(),
      updatedAt: number,
      addedBy: optional(oneOf(['operator'])),
      managed: optional(flag),
    },
    indexes: [{ account: 1, state: 1 }, { symbol: 1, state: 1 }, { state: 1 }, { incubationOf: 1 }],
  });

  return {
    put: (holding) => holdings.replace([holding]),
    async list({ company, account, symbol, states, limit }) {
      const state = states && { $in: states };
      const find = (filter: { readonly account?: string | undefined; readonly incubationOf?: string }) =>
        holdings.find({ ...filter, symbol, state }, { rank: 1 }, { limit });
      if (company === undefined) return find({ account });
      const [main, incubating] = await Promise.all([find({ account: company }), find({ incubationOf: company })]);
      return [...main, ...incubating].sort((a, b) => a.rank - b.rank).slice(0, limit);
    },
  };
}

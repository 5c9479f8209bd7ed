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
    indexes: [{ account: 1, state: 1 }, { symbol: 1, state: 1 }, { state: 1 }],
  });

  return {
    put: (holding) => holdings.replace([holding]),
    list: ({ states, limit, ...filter }) =>
      holdings.find({ ...filter, state: states && { $in: states } }, { rank: 1 }, { limit }),
  };
}

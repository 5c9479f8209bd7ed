import { SPEC_FAMILIES } from '../../domain/strategies/spec.ts';
import { type Strategy, STRATEGY_ORIGINS, STRATEGY_STATES } from '../../domain/strategies/strategy.ts';
import { type StrategyStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, optional, plain, text } from './fields.ts';

export function createStrategyStore(database: Database): StrategyStore {
  const strategies = database.table<Strategy>({
    collection: 'strategies',
    key: ({ hash }) => hash,
    fields: {
      hash: text,
      name: text,
      family: oneOf(SPEC_FAMILIES),
      parameters: plain(),
      spec: plain(),
      origin: oneOf(STRATEGY_ORIGINS),
      parent: optional(text),
      state: oneOf(STRATEGY_STATES),
      stateReason: text,
      account: optional(text),
      symbol: optional(text),
      timeframe: optional(text),
      searched: optional(plain()),
      createdAt: number,
      updatedAt: number,
    },
    indexes: [
      { state: 1, updatedAt: -1 },
      { account: 1, state: 1 },
      { origin: 1, symbol: 1, state: 1 },
      { updatedAt: -1 },
    ],
  });

  return {
    addMany: (added) => strategies.insert(added),
    get: (hash) => strategies.get(hash),
    getMany: (hashes) => strategies.getMany(hashes),

    list: ({ states, account, origin, symbol, limit }) =>
      strategies.find({ account, origin, symbol, state: states && { $in: states } }, { updatedAt: -1 }, { limit }),

    async setState(hash, state, { reason, at, ...place }) {
      const moved = await strategies.change(
        hash,
        { state: { $ne: state } },
        { ...place, state, stateReason: reason, updatedAt: at },
      );
      return moved || (await strategies.get(hash)) !== null;
    },

    async rejectCandidates(rejections, at) {
      const reasons = new Map([...rejections].reverse().map(({ hash, reason }) => [hash, reason]));
      await strategies.changeEach(
        [...reasons].map(([key, stateReason]) => ({
          key,
          when: { state: 'candidate' },
          set: { state: 'rejected', stateReason, updatedAt: at },
        })),
      );
    },
  };
}

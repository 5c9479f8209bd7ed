import { type OptimizationResult } from '../../domain/research/optimization.ts';
import { type OptimizationStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, plain, text } from './fields.ts';
import { keyOf } from './row-codec.ts';

export function createOptimizationStore(database: Database): OptimizationStore {
  const optimizations = database.table<OptimizationResult>({
    collection: 'optimizations',
    key: ({ cycleId, strategyHash, symbol }) => keyOf(cycleId, strategyHash, symbol),
    fields: {
      cycleId: text,
      strategyHash: text,
      symbol: text,
      timeframe: text,
      optimizedHash: text,
      folds: plain(),
      outOfSample: plain(),
      gridSize: number,
      at: number,
    },
    indexes: [{ cycleId: 1, strategyHash: 1 }],
  });

  return {
    async save(result) {
      await optimizations.insert([result]);
    },
    ofCycle: (cycleId) => optimizations.find({ cycleId }, { strategyHash: 1, symbol: 1 }),
  };
}

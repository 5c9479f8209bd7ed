import { type Trial, TRIAL_STAGES } from '../../domain/research/trial.ts';
import { type TrialStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { oneOf, optional, plain, text } from './fields.ts';

export function createTrialStore(database: Database): TrialStore {
  const trials = database.table<Trial>({
    collection: 'trials',
    key: ({ id }) => id,
    fields: {
      id: text,
      cycleId: text,
      unitId: text,
      stage: oneOf(TRIAL_STAGES),
      strategyHash: text,
      symbol: text,
      timeframe: text,
      window: plain(),
      seriesId: optional(text),
      dataset: optional(text),
      metrics: plain(),
    },
    indexes: [{ cycleId: 1, stage: 1 }],
  });

  // Sorted by id so that the order in which workers finish cannot affect a result.
  return {
    recordMany: (recorded) => trials.insert(recorded),
    ofCycle: (cycleId, stage, symbol) => trials.find({ cycleId, stage, symbol }, { id: 1 }),
    count: (cycleId) => trials.count({ cycleId }),
  };
}

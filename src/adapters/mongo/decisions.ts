import { DECISION_STAGES, type Decision } from '../../domain/research/decision.ts';
import { type DecisionStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { numberOrNull, oneOf, text } from './fields.ts';
import { keyOf } from './row-codec.ts';

export function createDecisionStore(database: Database): DecisionStore {
  const decisions = database.table<Decision>({
    collection: 'decisions',
    key: ({ cycleId, stage, strategyHash, symbol }) => keyOf(cycleId, stage, strategyHash, symbol),
    fields: {
      cycleId: text,
      strategyHash: text,
      symbol: text,
      stage: oneOf(DECISION_STAGES),
      decision: oneOf(['rejected', 'candidate', 'incubating', 'active']),
      reason: text,
      probabilisticSharpe: numberOrNull,
      deflatedSharpe: numberOrNull,
    },
    indexes: [{ cycleId: 1 }, { strategyHash: 1 }],
  });

  return {
    recordMany: (made) => decisions.insert(made),
    ofCycle: (cycleId) => decisions.find({ cycleId }, { stage: 1, strategyHash: 1, symbol: 1 }),
    ofStrategy: (strategyHash) => decisions.find({ strategyHash }, { cycleId: 1, stage: 1, symbol: 1 }),
  };
}

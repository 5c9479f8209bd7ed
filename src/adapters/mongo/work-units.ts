import { AppError } from '../../domain/errors.ts';
import { TRIAL_STAGES } from '../../domain/research/trial.ts';
import { type WorkUnit } from '../../domain/research/work-unit.ts';
import { type WorkUnitStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, optional, plain, text } from './fields.ts';

export function createWorkUnitStore(database: Database): WorkUnitStore {
  const units = database.table<WorkUnit>({
    collection: 'workUnits',
    key: ({ id }) => id,
    fields: {
      id: text,
      cycleId: text,
      stage: oneOf(TRIAL_STAGES),
      symbol: text,
      timeframe: text,
      asOf: number,
      items: plain(),
      seriesId: optional(text),
      dataset: optional(text),
      state: oneOf(['open', 'done']),
      node: optional(text),
      ms: optional(number),
      trials: optional(number),
      finishedAt: optional(number),
    },
    indexes: [{ cycleId: 1 }],
  });

  return {
    addMany: (added) => units.insert(added),
    get: (id) => units.get(id),
    ofCycle: (cycleId, stage, symbol) => units.find({ cycleId, stage, symbol }, { id: 1 }),

    /** The first result of a unit wins; later ones are ignored. */
    async finish(id, { at, ...result }) {
      const finished = await units.change(id, { state: 'open' }, { ...result, state: 'done', finishedAt: at });
      if (!finished && !(await units.get(id))) throw new AppError('not-found', `there is no work unit '${id}'`);
    },
  };
}

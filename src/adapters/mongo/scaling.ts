import { type ScalingAdvice } from '../../ports/records.ts';
import { type ScalingStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, number, numberOrNull, text } from './fields.ts';

export function createScalingStore(database: Database): ScalingStore {
  const advice = database.table<ScalingAdvice>({
    collection: 'scaling',
    key: ({ queue }) => queue,
    fields: {
      queue: text,
      depth: number,
      active: number,
      oldestWaitingSeconds: number,
      serviceSeconds: numberOrNull,
      slotsPerNode: number,
      serial: flag,
      wanted: number,
      demand: number,
      lowSince: numberOrNull,
      lowPeak: number,
      at: number,
    },
  });

  return {
    put: (rows) => advice.replace(rows),
    list: () => advice.find({}, { queue: 1 }),
  };
}

import { AppError } from '../../../domain/errors.ts';
import { type FleetCounterStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { number } from '../fields.ts';

interface CounterRow {
  readonly name: string;
  readonly taken: number;
}

/** One document per counter; the key is the counter's name. */
export function createFleetCounterStore(database: Database): FleetCounterStore {
  const counters = database.table<Omit<CounterRow, 'name'>>({
    collection: 'fleetCounters',
    key: () => {
      throw new AppError('internal', 'a counter can only be incremented');
    },
    fields: { taken: number },
  });
  return {
    take: async (counter, count) => (await counters.add(counter, 'taken', count)) - count + 1,
  };
}

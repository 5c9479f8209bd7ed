import { type Connection } from 'mongoose';
import { type FleetStores } from '../../../ports/fleet/stores.ts';
import { createDatabase } from '../database.ts';
import { createFleetControlStore } from './controls.ts';
import { createFleetCounterStore } from './counters.ts';
import { createFleetFileStore } from './files.ts';
import { createFleetOrphanStore } from './orphans.ts';
import { createFleetResultStore } from './results.ts';
import { createFleetUnitStore } from './units.ts';
import { createFleetWorkerStore } from './workers.ts';

/** The coordinator's stores over MongoDB. Call `ensureIndexes` before the first write: unique keys depend on it. */
export function createMongoFleetStores(connection: Connection): FleetStores & { ensureIndexes(): Promise<void> } {
  const database = createDatabase(connection);
  return {
    counters: createFleetCounterStore(database),
    units: createFleetUnitStore(database),
    results: createFleetResultStore(database),
    orphans: createFleetOrphanStore(database),
    workers: createFleetWorkerStore(database),
    files: createFleetFileStore(database),
    controls: createFleetControlStore(database),
    ensureIndexes: () => database.ensureIndexes(),
  };
}

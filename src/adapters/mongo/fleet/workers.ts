import { WORKER_VERSIONS } from '../../../domain/fleet/judge-report.ts';
import { type Worker } from '../../../domain/fleet/worker.ts';
import { type FleetWorkerStore } from '../../../ports/fleet-stores.ts';
import { type Database } from '../database.ts';
import { flag, number, numberOrNull, oneOf, plain, text } from '../fields.ts';

interface WorkerRow extends Worker {
  readonly isQuarantined: boolean;
}

function workerOf({ isQuarantined: _, ...worker }: WorkerRow): Worker {
  return worker;
}
const rowOf = (worker: Worker): WorkerRow => ({ ...worker, isQuarantined: worker.quarantine !== '' });

export function createFleetWorkerStore(database: Database): FleetWorkerStore {
  const workers = database.table<WorkerRow>({
    collection: 'fleetWorkers',
    key: ({ id }) => id,
    fields: {
      id: text,
      host: text,
      platform: text,
      generation: oneOf(WORKER_VERSIONS),
      firstSeen: number,
      lastSeen: number,
      completed: number,
      refused: number,
      surplus: number,
      executionSeconds: number,
      refusedInRow: number,
      refusedAt: number,
      suspectOver: plain(),
      quarantine: text,
      quarantinedAt: numberOrNull,
      withdrawn: flag,
      counted: plain(),
      version: number,
      isQuarantined: flag,
    },
    indexes: [{ isQuarantined: 1, withdrawn: 1 }],
  });
  return {
    async get(id) {
      const row = await workers.get(id);
      return row && workerOf(row);
    },
    add: async (worker) => workerOf(await workers.insertOrGet(rowOf(worker))),
    save: (worker, expected) => workers.replaceWhen({ version: expected }, { ...rowOf(worker), version: expected + 1 }),
    list: async () => (await workers.find({}, { id: 1 })).map(workerOf),
    toWithdraw: async () => (await workers.find({ isQuarantined: true, withdrawn: false }, { id: 1 })).map(workerOf),
  };
}

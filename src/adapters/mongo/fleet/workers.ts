import { WORKER_VERSIONS } from '../../../domain/fleet/judge-report.ts';
import { type Worker } from '../../../domain/fleet/worker.ts';
import { type FleetWorkerStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { createGroupCommit } from '../group-commit.ts';
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
  const save = createGroupCommit(async (saves: readonly { readonly worker: Worker; readonly expected: number }[]) =>
    workers.changeEach(
      saves.map(({ worker, expected }) => {
        const { id: key, ...set } = rowOf(worker);
        return { key, when: { version: expected }, set: { ...set, version: expected + 1 } };
      }),
    ),
  );
  const get = createGroupCommit(async (ids: readonly string[]) => {
    const rows = new Map((await workers.getMany([...new Set(ids)])).map((row) => [row.id, workerOf(row)]));
    return ids.map((id) => rows.get(id) ?? null);
  });

  return {
    get,
    add: async (worker) => workerOf(await workers.insertOrGet(rowOf(worker))),
    save: (worker, expected) => save({ worker, expected }),
    list: async () => (await workers.find({}, { id: 1 })).map(workerOf),
    toWithdraw: async () => (await workers.find({ isQuarantined: true, withdrawn: false }, { id: 1 })).map(workerOf),
  };
}

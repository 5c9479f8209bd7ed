import { type WorkerLimit } from '../../../domain/fleet/worker-name.ts';
import { type ShutdownOrder } from '../../../ports/fleet/records.ts';
import { type FleetControlStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { number, oneOf, text } from '../fields.ts';

interface ShutdownRow extends ShutdownOrder {
  readonly state: 'ordered' | 'told';
}

export function createFleetControlStore(database: Database): FleetControlStore {
  const keyOfHost = (hostname: string): string => hostname.toLowerCase();
  const limits = database.table<WorkerLimit>({
    collection: 'fleetLimits',
    key: ({ hostname }) => keyOfHost(hostname),
    fields: { hostname: text, maxWorkers: number },
  });
  const shutdowns = database.table<ShutdownRow>({
    collection: 'fleetShutdowns',
    key: ({ workerId }) => workerId,
    fields: { workerId: text, orderedAt: number, state: oneOf(['ordered', 'told']) },
    indexes: [{ state: 1 }],
  });
  return {
    limits: () => limits.find({}, { hostname: 1 }),
    setLimit: (limit) => limits.replace([limit]),
    async removeLimit(hostname) {
      const known = await limits.get(keyOfHost(hostname));
      if (known) await limits.remove({ hostname: known.hostname });
      return known !== null;
    },
    orderShutdown: (orders) => shutdowns.replace(orders.map((order) => ({ ...order, state: 'ordered' }))),
    shutdowns: async () =>
      (await shutdowns.pick({ state: 'ordered' }, { workerId: 1 }, ['workerId'])).map(({ workerId }) => workerId),
    takeShutdown: (workerId) => shutdowns.change(workerId, { state: 'ordered' }, { state: 'told' }),
  };
}

import { type FleetOrphan } from '../../../ports/fleet/records.ts';
import { type FleetOrphanStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { json, number, oneOf, text } from '../fields.ts';

export function createFleetOrphanStore(database: Database): FleetOrphanStore {
  const orphans = database.table<FleetOrphan & { readonly report: unknown }>({
    collection: 'fleetOrphans',
    key: ({ key }) => key,
    fields: {
      key: text,
      workId: text,
      workerId: text,
      why: oneOf(['unknown-unit', 'never-assigned']),
      report: json,
      submittedAt: number,
    },
    indexes: [{ submittedAt: -1 }],
  });
  return {
    add: async (orphan) => (await orphans.insert([orphan])) === 1,
    list: (limit) => orphans.find({}, { submittedAt: -1 }, { limit }),
  };
}

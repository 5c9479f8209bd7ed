import { type FleetOrphan } from '../../../ports/fleet/records.ts';
import { MOST_ORPHANS, type FleetOrphanStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { json, number, oneOf, text } from '../fields.ts';

/** @param most further ones are refused */
export function createFleetOrphanStore(database: Database, most = MOST_ORPHANS): FleetOrphanStore {
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
  /** As far as this process knows; counted again before a report is refused. */
  let held: number | null = null;
  return {
    async add(orphan) {
      if (held === null || held >= most) held = await orphans.count({});
      if (held >= most) return false;
      const isNew = (await orphans.insert([orphan])) === 1;
      if (isNew) held += 1;
      return isNew;
    },
    list: (limit) => orphans.find({}, { submittedAt: -1 }, { limit }),
  };
}

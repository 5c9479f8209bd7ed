import { type FileRecord } from '../../../domain/fleet/file-record.ts';
import { type FleetFileStore } from '../../../ports/fleet/stores.ts';
import { type Database } from '../database.ts';
import { number, plain, text } from '../fields.ts';

export function createFleetFileStore(database: Database): FleetFileStore {
  const files = database.table<FileRecord>({
    collection: 'fleetFiles',
    key: ({ file }) => file,
    fields: { file: text, copy: text, terms: plain(), workers: plain(), version: number },
  });
  return {
    list: () => files.find({}, { file: 1 }),
    async save(record, expected) {
      const next = { ...record, version: expected + 1 };
      if (expected === 0) return (await files.insert([next])) === 1;
      return files.replaceWhen({ version: expected }, next);
    },
  };
}

import { type AuditRecord } from '../domain/audit/chain.ts';
import { type AuditArchive } from './audit-archive.ts';
import { type AuditStore } from './stores.ts';

const BATCH = 1_000;

/** All records in order, in batches: the archived ones, then those of the store that are not archived. */
export async function* auditHistory(
  audit: Pick<AuditStore, 'read'>,
  archive: Pick<AuditArchive, 'read'> | null,
): AsyncGenerator<readonly AuditRecord[]> {
  let last = 0;
  if (archive !== null) {
    for await (const batch of archive.read()) {
      yield batch;
      last = batch.at(-1)?.seq ?? last;
    }
  }
  for (;;) {
    const batch = await audit.read(last + 1, BATCH);
    yield batch;
    if (batch.length < BATCH) return;
    last = batch.at(-1)!.seq;
  }
}

import { type AuditRecord } from '../domain/audit/chain.ts';
import { type AuditArchive } from './audit-archive.ts';
import { type AuditStore } from './stores.ts';

const BATCH = 1_000;

/**
 * All records in order, in batches: the archived ones, then those of the store that are not archived. A store whose records
 * are others than the archived ones of the same numbers follows with all of its own: the chain does not go on there.
 */
export async function* auditHistory(
  audit: Pick<AuditStore, 'read'>,
  archive: Pick<AuditArchive, 'read'> | null,
): AsyncGenerator<readonly AuditRecord[]> {
  let archived: AuditRecord | undefined;
  if (archive !== null) {
    for await (const batch of archive.read()) {
      yield batch;
      archived = batch.at(-1) ?? archived;
    }
  }
  let last = archived?.seq ?? 0;
  const [oldest] = await audit.read(1, 1);
  if (archived !== undefined && oldest !== undefined && oldest.seq <= last) {
    const [same] = await audit.read(last, 1);
    if (same?.hash !== archived.hash) last = oldest.seq - 1;
  }
  for (;;) {
    const batch = await audit.read(last + 1, BATCH);
    yield batch;
    if (batch.length < BATCH) return;
    last = batch.at(-1)!.seq;
  }
}

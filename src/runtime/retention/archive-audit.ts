import { AppError } from '../../domain/errors.ts';
import { type AuditArchive } from '../../ports/audit-archive.ts';
import { type RetentionStore } from '../../ports/retention.ts';
import { type AuditStore } from '../../ports/stores.ts';

const RECORDS_PER_FILE = 10_000;
const PAGE = 1_000;

export interface AuditRetention {
  readonly audit: Pick<AuditStore, 'head' | 'read'>;
  readonly archive: AuditArchive;
  readonly retention: Pick<RetentionStore, 'removeAudit'>;
  /** Newest records that stay in the store. */
  readonly keep: number;
  /** Records of one file. @default 10,000 */
  readonly part?: number;
}

/**
 * Moves the oldest audit records to files until the store has less than `keep` and a part. A part is on disk before its
 * records leave the store, so a crash leaves them in both; the next call removes them. Returns the number of new parts.
 */
export async function archiveAudit({
  audit,
  archive,
  retention,
  keep,
  part = RECORDS_PER_FILE,
}: AuditRetention): Promise<number> {
  const head = (await audit.head())?.seq ?? 0;
  let last = await archive.last();
  await removeLeftovers({ audit, archive, retention }, last);
  let parts = 0;
  for (; head - last >= keep + part; parts += 1) {
    const records = [];
    for (let from = last + 1; from <= last + part; from += PAGE)
      records.push(...(await audit.read(from, Math.min(PAGE, last + part - from + 1))));
    const isWhole = records.every(({ seq }, i) => seq === last + 1 + i) && records.length === part;
    // A broken chain stays as it is: `corp audit verify` finds it.
    if (!isWhole) return parts;
    await archive.add(records);
    await retention.removeAudit(last + 1, last + part);
    last += part;
  }
  return parts;
}

/**
 * Removes what a crash has left of the last part. The records of the store are those of the archive only if the last one is: a
 * chain that ends alike is alike.
 * @throws AppError `audit-broken`
 */
async function removeLeftovers(
  { audit, archive, retention }: Omit<AuditRetention, 'keep' | 'part'>,
  last: number,
): Promise<void> {
  const [oldest] = await audit.read(1, 1);
  if (oldest === undefined || oldest.seq > last) return;
  const [[inStore], archived] = await Promise.all([audit.read(last, 1), archive.lastRecord()]);
  if (inStore === undefined || inStore.hash !== archived?.hash) {
    throw new AppError(
      'audit-broken',
      `the archived audit log ends at record ${last}, and the store has other records from ${oldest.seq} on: it is an older copy, or another store`,
      {
        advice:
          'Put back the folder audit of the data directory that belongs to this store. Until then nothing is archived',
      },
    );
  }
  await retention.removeAudit(oldest.seq, last);
}

import { type AuditRecord, nextAuditRecord } from '../../domain/audit/chain.ts';
import { type AuditStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { json, number, optional, text } from './fields.ts';
import { createSerial } from '../../ports/serial.ts';

const MAX_PAGE = 10_000;

/**
 * An append-only hash chain. The unique index on `seq` prevents forks: of two writers that append to the same head one
 * is refused, reads the new head and tries again. The loop makes progress, because each refusal means that another
 * append succeeded.
 */
export function createAuditStore(database: Database): AuditStore {
  const records = database.table<AuditRecord & { readonly data: unknown }>({
    collection: 'auditLog',
    key: ({ key }) => key,
    fields: {
      format: optional(number),
      key: text,
      actor: text,
      action: text,
      subject: text,
      at: number,
      data: json,
      seq: number,
      previous: text,
      hash: text,
    },
    unique: { seq: 1 },
  });
  const inTurn = createSerial();
  /** Cached head of the chain. It may be stale; the unique index detects that. */
  let known: AuditRecord | null = null;

  async function head(): Promise<AuditRecord | null> {
    const [last] = await records.find({}, { seq: -1 }, { limit: 1 });
    return last ?? null;
  }

  return {
    append: (entry) =>
      inTurn('chain', async () => {
        known ??= await head();
        for (;;) {
          const next = nextAuditRecord(known, entry);
          if ((await records.insert([next])) === 1) {
            known = next;
            return next;
          }
          const existing = await records.get(entry.key);
          if (existing) return existing;
          known = await head();
        }
      }),
    head,
    async read(fromSeq, limit) {
      // Equalities use the index of the embedded store too; a range would look at every record, for every page.
      const wanted = Array.from({ length: Math.min(limit, MAX_PAGE) }, (_, i) => fromSeq + i);
      const page = await records.find({ seq: { $in: wanted } }, { seq: 1 });
      // At the end of the log, or where records are missing.
      return page.length === limit ? page : records.find({ seq: { $gte: fromSeq } }, { seq: 1 }, { limit });
    },
  };
}

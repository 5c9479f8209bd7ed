import { type AuditRecord } from '../domain/audit/chain.ts';

/** The beginning of the audit chain, moved out of the store. */
export interface AuditArchive {
  /** `seq` of the last archived record; 0 without any. */
  last(): Promise<number>;
  /** That record itself. @throws AppError `audit-broken` for a file that cannot be read */
  lastRecord(): Promise<AuditRecord | null>;
  /** Stores consecutive records for good. Returns when they would survive a power cut. */
  add(records: readonly AuditRecord[]): Promise<void>;
  /** Size on the disk. */
  bytes(): Promise<number>;
  /** All archived records in order, in batches. @throws AppError `audit-broken` for a file that cannot be read */
  read(): AsyncIterable<readonly AuditRecord[]>;
}

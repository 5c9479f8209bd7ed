import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';

export interface AuditEntry {
  /** Entries with the same key are one entry, so that a job that runs twice is audited once. */
  readonly key: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Format of new records. Records of format 1 carry no number. */
export const AUDIT_FORMAT = 2;

/** `hash` = SHA-256 over the canonical form of format (from 2 on), seq, previous hash and entry. */
export interface AuditRecord extends AuditEntry {
  /** Absent in records of format 1. */
  readonly format?: number;
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
}

/** Previous hash of the first record. */
export const GENESIS_HASH = '0'.repeat(64);

/** The first fault of a chain: the expected `seq` and a description. */
export interface ChainFault {
  readonly seq: number;
  readonly fault: string;
}

type Link = Pick<AuditRecord, 'seq' | 'hash' | 'format'>;

function hashOf({ format, seq, previous, key, actor, action, subject, at, data }: Omit<AuditRecord, 'hash'>): string {
  // In the order of the canonical form, which then sorts nothing.
  const entry = { action, actor, at, data, key, subject };
  return sha256(canonicalJson({ entry, format, previous, seq }));
}

/** Creates the record after `head`; null starts the chain. @throws AppError `internal` when `data` is not plain data. */
export function nextAuditRecord(head: Link | null, entry: AuditEntry): AuditRecord {
  const { key, actor, action, subject, at, data } = entry;
  const seq = (head?.seq ?? 0) + 1;
  const previous = head?.hash ?? GENESIS_HASH;
  const record = { format: AUDIT_FORMAT, key, actor, action, subject, at, data, seq, previous };
  return { ...record, hash: hashOf(record) };
}

/**
 * Verifies consecutive records. Returns the first fault, or null. `previous` is the record before the first one; null
 * at the start of the chain. A truncated end is detected only against a head stored elsewhere.
 */
export function verifyChain(records: readonly AuditRecord[], previous: Link | null): ChainFault | null {
  let link: Link = previous ?? { seq: 0, hash: GENESIS_HASH };
  for (const record of records) {
    const seq = link.seq + 1;
    if (record.seq !== seq) return { seq, fault: `record ${seq} is missing: ${record.seq} is in its place` };
    if (record.previous !== link.hash) return { seq, fault: `record ${seq} does not continue the one before it` };
    const { format = 1 } = record;
    if (format > AUDIT_FORMAT)
      return { seq, fault: `record ${seq} has format ${format}, which this version cannot verify` };
    if (format < (link.format ?? 1)) return { seq, fault: `record ${seq} has an older format than the one before it` };
    if (record.hash !== hashOf(record)) return { seq, fault: `record ${seq} was changed` };
    link = record;
  }
  return null;
}

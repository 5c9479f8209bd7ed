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

/** `hash` = SHA-256 over the canonical form of seq, previous hash and entry. */
export interface AuditRecord extends AuditEntry {
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

type Link = Pick<AuditRecord, 'seq' | 'hash'>;

function hashOf(seq: number, previous: string, { key, actor, action, subject, at, data }: AuditEntry): string {
  return sha256(canonicalJson({ seq, previous, entry: { key, actor, action, subject, at, data } }));
}

/** Creates the record after `head`; null starts the chain. @throws AppError `internal` when `data` is not plain data. */
export function nextAuditRecord(head: Link | null, entry: AuditEntry): AuditRecord {
  const { key, actor, action, subject, at, data } = entry;
  const seq = (head?.seq ?? 0) + 1;
  const previous = head?.hash ?? GENESIS_HASH;
  return { key, actor, action, subject, at, data, seq, previous, hash: hashOf(seq, previous, entry) };
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
    if (record.hash !== hashOf(seq, record.previous, record)) return { seq, fault: `record ${seq} was changed` };
    link = record;
  }
  return null;
}

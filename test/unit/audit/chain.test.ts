import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/domain/identity/canonical-json.ts';
import {
  type AuditEntry,
  type AuditRecord,
  GENESIS_HASH,
  nextAuditRecord,
  verifyChain,
} from '../../../src/domain/audit/chain.ts';

const entry = (key: string): AuditEntry => ({
  key,
  actor: 'trader',
  action: 'submit',
  subject: 'order bc-1',
  at: 1_700_000_000_000,
  data: { amount: 0.5, because: ['signal'] },
});

function chainOf(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let i = 0; i < length; i += 1) records.push(nextAuditRecord(records.at(-1) ?? null, entry(`k${i}`)));
  return records;
}

describe('audit chain', () => {
  it('hashes seq, previous hash and entry in canonical form, starting from 64 zeros', () => {
    const record = nextAuditRecord(null, entry('k'));
    const canonical =
      '{"entry":{"action":"submit","actor":"trader","at":1700000000000,"data":{"amount":0.5,"because":["signal"]},' +
      `"key":"k","subject":"order bc-1"},"format":2,"previous":"${'0'.repeat(64)}","seq":1}`;
    expect(record).toStrictEqual({
      format: 2,
      ...entry('k'),
      seq: 1,
      previous: GENESIS_HASH,
      hash: createHash('sha256').update(canonical).digest('hex'),
    });
  });

  it('does not depend on the order of keys in data', () => {
    const swapped = { ...entry('k'), data: { because: ['signal'], amount: 0.5 } };
    expect(nextAuditRecord(null, swapped).hash).toBe(nextAuditRecord(null, entry('k')).hash);
  });

  it('is valid whether verified at once or in parts', () => {
    const records = chainOf(7);
    expect(verifyChain(records, null)).toBeNull();
    expect(verifyChain(records.slice(3), records[2]!)).toBeNull();
    expect(verifyChain([], null)).toBeNull();
  });

  it('reports the place of a changed, missing, moved or inserted record', () => {
    const change = fc.constantFrom<(record: AuditRecord) => AuditRecord>(
      (record) => ({ ...record, actor: 'mallory' }),
      (record) => ({ ...record, at: record.at + 1 }),
      (record) => ({ ...record, data: { ...record.data, amount: 0.6 } }),
      (record) => ({ ...record, hash: record.hash.replace(/^./, (c) => (c === '0' ? '1' : '0')) }),
      (record) => ({ ...record, previous: GENESIS_HASH.replace('0', 'f') }),
      (record) => ({ ...record, seq: record.seq + 1 }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), change, (at, apply) => {
        const records = chainOf(10).map((record, i) => (i === at ? apply(record) : record));
        expect(verifyChain(records, null)?.seq).toBe(at + 1);
      }),
    );
    const records = chainOf(10);
    expect(verifyChain(records.toSpliced(4, 1), null)).toEqual({
      seq: 5,
      fault: 'record 5 is missing: 6 is in its place',
    });
    expect(verifyChain(records.slice(1), null)).toMatchObject({ seq: 1 });
    expect(verifyChain(records.toSpliced(4, 0, records[4]!), null)).toMatchObject({ seq: 6 });
    expect(verifyChain(records, nextAuditRecord(null, entry('other')))).toMatchObject({ seq: 2 });
  });

  /** A record as versions before the format number wrote it. */
  function oldRecord(previous: AuditRecord | null, key: string): AuditRecord {
    const { actor, action, subject, at, data } = entry(key);
    const link = { seq: (previous?.seq ?? 0) + 1, previous: previous?.hash ?? GENESIS_HASH };
    const canonical = canonicalJson({ ...link, entry: { key, actor, action, subject, at, data } });
    return { ...entry(key), ...link, hash: createHash('sha256').update(canonical).digest('hex') };
  }

  it('verifies records of the format without a number, and continues them', () => {
    const first = oldRecord(null, 'k0');
    const second = oldRecord(first, 'k1');
    expect(verifyChain([first, second], null)).toBeNull();
    const third = nextAuditRecord(second, entry('k2'));
    expect(verifyChain([first, second, third], null)).toBeNull();
    expect(verifyChain([third], second)).toBeNull();
    // Nobody continues a chain in the older format once it has the newer one.
    expect(verifyChain([first, second, third, oldRecord(third, 'k3')], null)).toMatchObject({ seq: 4 });
    expect(verifyChain([oldRecord(third, 'k3')], third)).toMatchObject({ seq: 4 });
  });

  it('reports a format that was removed, changed or is not known', () => {
    const record = nextAuditRecord(null, entry('k'));
    const { format: _, ...without } = record;
    expect(verifyChain([without], null)).toMatchObject({ seq: 1, fault: 'record 1 was changed' });
    expect(verifyChain([{ ...record, format: 1 }], null)).toMatchObject({ fault: 'record 1 was changed' });
    expect(verifyChain([{ ...record, format: 3 }], null)).toMatchObject({
      fault: 'record 1 has format 3, which this version cannot verify',
    });
  });

  it('reports a record rewritten with a new hash at the next record', () => {
    const records = chainOf(5);
    records[2] = nextAuditRecord(records[1]!, { ...entry('k2'), actor: 'mallory' });
    expect(verifyChain(records, null)).toEqual({
      seq: 4,
      fault: 'record 4 does not continue the one before it',
    });
  });
});

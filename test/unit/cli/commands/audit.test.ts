import { describe, expect, it } from 'vitest';
import { verifyAudit } from '../../../../src/cli/commands/audit.ts';
import { nextAuditRecord, type AuditRecord } from '../../../../src/domain/audit/chain.ts';

function chain(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let i = 1; i <= length; i += 1) {
    const entry = { key: `k${i}`, actor: 'trader', action: 'execute', subject: `j${i}`, at: i, data: { i } };
    records.push(nextAuditRecord(records.at(-1) ?? null, entry));
  }
  return records;
}
const store = (records: readonly AuditRecord[]) => ({
  read: async (from: number, limit: number) => records.filter(({ seq }) => seq >= from).slice(0, limit),
});

describe('verification of the audit log', () => {
  it.each([0, 1, 1000, 1001, 2500])('finds %i records unbroken', async (length) => {
    const records = chain(length);
    const head = records.at(-1)?.hash ?? null;
    expect(await verifyAudit(store(records))).toEqual({ records: length, head, fault: null });
  });

  it.each([0, 998, 999, 1000, 2400])('names the record that was changed after %i valid ones', async (good) => {
    const records = chain(2500);
    records[good] = { ...records[good]!, actor: 'somebody else' };
    expect(await verifyAudit(store(records))).toMatchObject({ records: good, fault: { seq: good + 1 } });
  });

  it('names the record that is missing', async () => {
    const records = chain(1500);
    records.splice(1200, 1);
    expect(await verifyAudit(store(records))).toMatchObject({ fault: { seq: 1201 } });
  });

  it('detects a truncated end by a hash recorded earlier', async () => {
    const records = chain(1500);
    const noted = records[1400]!.hash;
    expect((await verifyAudit(store(records), noted)).fault).toBeNull();
    expect((await verifyAudit(store(records.slice(0, 1400)), noted)).fault?.seq).toBe(1401);
  });
});

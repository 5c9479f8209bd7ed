import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openAuditArchive } from '../../../src/adapters/audit-archive/audit-archive.ts';
import { verifyAudit } from '../../../src/cli/commands/audit.ts';
import { nextAuditRecord, type AuditRecord } from '../../../src/domain/audit/chain.ts';

function chainOf(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let i = 0; i < length; i += 1) {
    const data = { amount: i / 7, because: ['a "signal"', null], nested: { z: -0, a: 'ü\n' } };
    const entry = { key: `k${i}`, actor: 'trader', action: 'submit', subject: 's', at: i, data };
    records.push(nextAuditRecord(records.at(-1) ?? null, entry));
  }
  return records;
}

/** 2,500 records: the first 2,000 in two parts, those from `stored` on in the store. */
async function halves(stored = 2_000) {
  const directory = mkdtempSync(join(tmpdir(), 'corp-audit-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const archive = openAuditArchive(join(directory, 'corp-replay'));
  const records = chainOf(2_500);
  await archive.add(records.slice(0, 1_200));
  await archive.add(records.slice(1_200, 2_000));
  const left = records.slice(stored);
  const store = {
    read: async (from: number, limit: number) => left.filter(({ seq }) => seq >= from).slice(0, limit),
  };
  const paths = readdirSync(join(directory, 'corp-replay'))
    .sort()
    .map((name) => join(directory, 'corp-replay', name));
  return { archive, store, records, paths };
}

it('verifies the chain over archived parts and the store', async () => {
  const { archive, store, records } = await halves();
  expect(await archive.last()).toBe(2_000);
  const head = records.at(-1)!.hash;
  expect(await verifyAudit(store, records[10]!.hash, archive)).toEqual({ records: 2_500, head, fault: null });
  expect((await verifyAudit(store)).fault).toMatchObject({ seq: 1 });
});

it('verifies it when a crash left archived records in the store', async () => {
  const { archive, store } = await halves(700);
  expect((await verifyAudit(store, undefined, archive)).fault).toBeNull();
});

it('finds a missing part, and a hole between archive and store', async () => {
  const { archive, store, paths } = await halves(2_001);
  expect((await verifyAudit(store, undefined, archive)).fault).toMatchObject({ seq: 2_001 });
  rmSync(paths[0]!);
  expect((await verifyAudit(store, undefined, archive)).fault).toMatchObject({ seq: 1 });
});

it.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['overwritten', (bytes: Buffer) => Buffer.alloc(bytes.length, 1)],
])('names a file that was %s', async (_name, harm) => {
  const { archive, store, paths } = await halves();
  writeFileSync(paths[1]!, harm(readFileSync(paths[1]!)));
  await expect(verifyAudit(store, undefined, archive)).rejects.toMatchObject({
    code: 'audit-broken',
    message: expect.stringContaining(paths[1]!) as string,
  });
});

it('is empty without its directory', async () => {
  const archive = openAuditArchive(join(tmpdir(), 'corp-audit-none'));
  expect(await archive.last()).toBe(0);
  expect((await verifyAudit({ read: async () => [] }, undefined, archive)).records).toBe(0);
});

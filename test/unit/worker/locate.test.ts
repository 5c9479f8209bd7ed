import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locate, segmentsOf } from '../../../src/adapters/worker-data/locate.ts';
import { createWorkerData } from '../../../src/adapters/worker-data/worker-data.ts';

const CSV = 'timestamp,open,high,low,close,volume\n2025-01-01 00:00:00,1,2,1,2,5\n2025-01-01 00:05:00,2,3,2,3,6\n';
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'corp-worker-data-'));
  await mkdir(join(root, 'files', 'data_futures'), { recursive: true });
  await writeFile(join(root, 'secret.csv'), CSV);
  await writeFile(join(root, 'files', 'BTC-USD_FIVE_MINUTE.csv'), CSV);
  await writeFile(join(root, 'files', 'data_futures', 'BIP_ONE_MINUTE.csv'), CSV);
  await writeFile(join(root, 'files', 'broken.csv'), 'timestamp,price\n1,2\n');
  await symlink(join(root, 'secret.csv'), join(root, 'files', 'link.csv'));
});
afterAll(() => rm(root, { recursive: true }));

const find = async (name: unknown) => createWorkerData([join(root, 'nowhere'), join(root, 'files')]).find(name);

describe('candle files of units', () => {
  it.each([
    ['BTC-USD_FIVE_MINUTE.csv', 'BTC-USD_FIVE_MINUTE.csv'],
    ['data/BTC-USD_FIVE_MINUTE.csv', 'BTC-USD_FIVE_MINUTE.csv'],
    ['data_futures/BIP_ONE_MINUTE.csv', 'BIP_ONE_MINUTE.csv'],
    ['BIP_ONE_MINUTE.csv', 'BIP_ONE_MINUTE.csv'],
    ['/drive/of/somebody/data/BTC-USD_FIVE_MINUTE.csv', 'BTC-USD_FIVE_MINUTE.csv'],
    ['C:\\candles\\BTC-USD_FIVE_MINUTE.csv', 'BTC-USD_FIVE_MINUTE.csv'],
  ])('%s is found as %s', async (name, expected) => {
    const found = await find(name);
    expect(found.columns?.length).toBe(2);
    expect('key' in found && found.key.includes(expected)).toBe(true);
  });

  it.each([
    '../secret.csv',
    'data/../../secret.csv',
    '..\\secret.csv',
    '/etc/passwd',
    'link.csv',
    '.hidden.csv',
    'a\0b.csv',
    '',
    '/',
    'no.csv',
    'broken.csv',
    'x'.repeat(400),
    null,
    7,
    {},
  ])('%j is refused or not there, with a reason', async (name) => {
    const found = await find(name);
    expect(found.columns).toBeNull();
    expect('reason' in found && found.reason.length).toBeGreaterThan(10);
  });

  it('are never looked for outside the directories', async () => {
    expect(segmentsOf('a/../b.csv')).toBeNull();
    expect(await locate(['secret.csv'], [join(root, 'files')])).toBeNull();
    expect(await locate(['link.csv'], [join(root, 'files')])).toBeNull();
  });
});

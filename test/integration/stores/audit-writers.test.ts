import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { verifyChain } from '../../../src/domain/audit/chain.ts';
import { openTemporaryStore, type TemporaryStore } from './temporary-store.ts';

const HOOKS = fileURLToPath(new URL('../../fixtures/typescript-hooks.mjs', import.meta.url));
const moduleAt = (path: string): string =>
  JSON.stringify(new URL(`../../../src/adapters/mongo/${path}`, import.meta.url).href);
const OWN = 60;
const SHARED = 20;

/** Appends entries of its own, and those that every writer has, all at once; prints a line after each. */
const writer = (port: number, name: string): string => `
  const { connectMongo } = await import(${moduleAt('connection.ts')});
  const { createMongoStores } = await import(${moduleAt('stores.ts')});
  const url = 'mongodb://127.0.0.1:${port}';
  const connection = await connectMongo({ url, database: 'corp-test', serverSelectionMs: 5000, onError() {} });
  const { audit } = createMongoStores(connection);
  const entry = (key) => ({ key, actor: '${name}', action: 'test', subject: key, at: 1, data: { key } });
  const append = async (key) => { await audit.append(entry(key)); console.log(key); };
  const keys = [
    ...Array.from({ length: ${OWN} }, (_, i) => '${name}/' + i),
    ...Array.from({ length: ${SHARED} }, (_, i) => 'shared/' + i),
  ];
  await Promise.all(keys.map(append));
  await connection.close();
`;

let store: TemporaryStore;
beforeAll(async () => {
  store = await openTemporaryStore();
});
afterAll(() => store.close());

it('several processes append at once, and one of them is killed: the chain is unbroken and holds what was acknowledged', async () => {
  const stores = createMongoStores(await store.connect());
  await stores.ensureIndexes();
  const { audit } = stores;
  const acknowledged = new Set<string>();
  const start = (name: string) => {
    const script = writer(store.port, name);
    const child = spawn(process.execPath, ['--import', HOOKS, '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const key of lines) acknowledged.add(key);
    });
    return child;
  };
  const children = ['a', 'b', 'c'].map(start);
  const doomed = start('doomed');
  doomed.stdout.once('data', () => doomed.kill('SIGKILL'));
  const codes = await Promise.all(
    [...children, doomed].map(async (child) => (await once(child, 'close'))[0] as number),
  );
  expect(codes).toEqual([0, 0, 0, null]);

  const records = await audit.read(1, 10_000);
  expect(verifyChain(records, null)).toBeNull();
  const keys = records.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect([...acknowledged].filter((key) => !keys.includes(key))).toEqual([]);
  const writers = new Set(records.map(({ actor }) => actor));
  expect([...writers].sort()).toEqual(['a', 'b', 'c', 'doomed']);
  expect(keys.filter((key) => key.startsWith('shared/'))).toHaveLength(SHARED);
  for (const name of ['a', 'b', 'c']) expect(keys.filter((key) => key.startsWith(`${name}/`))).toHaveLength(OWN);
});

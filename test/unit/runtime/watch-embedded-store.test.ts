import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { watchEmbeddedStore } from '../../../src/runtime/retention/watch-embedded-store.ts';

it('raises one alert a day when the log is larger than is sensible', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'corp-store-size-'));
  onTestFinished(() => rmSync(dataDirectory, { recursive: true, force: true }));
  const raised: { key: string; text: string }[] = [];
  const watch = {
    dataDirectory,
    now: Date.UTC(2026, 0, 2),
    raiseAlert: async ({ key, text }: { key: string; text: string }) => void raised.push({ key, text }),
  };
  await watchEmbeddedStore({ ...watch, maxBytes: 0 });
  mkdirSync(join(dataDirectory, 'store'));
  writeFileSync(join(dataDirectory, 'store', 'changes.log'), Buffer.alloc(3_000_000));
  await watchEmbeddedStore({ ...watch, maxBytes: 3_000_000 });
  expect(raised).toEqual([]);
  await watchEmbeddedStore({ ...watch, maxBytes: 2_000_000 });
  expect(raised).toMatchObject([{ key: 'embedded-store/2026-01-02' }]);
  expect(raised[0]!.text).toMatch(/3 MB, 2 are sensible .*MONGO_URL/);
});

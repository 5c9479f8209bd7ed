import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeRecord } from '../../../src/adapters/embedded/log-record.ts';
import { useStoreDirectory } from './store-directory.ts';

const directory = useStoreDirectory();
const { start } = directory;

describe('the store as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('closes cleanly on %s and releases the directory', async (signal) => {
    const store = start('--directory', directory.path);
    const { url } = await store.ready;
    expect(url).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/\?directConnection=true$/);
    store.child.kill(signal);
    expect(await store.ended).toEqual({ status: 0, errors: '' });
    expect(await readdir(directory.path)).toEqual(['changes.log']);
  });

  it('ends with its parent if --exit-with-parent is given', async () => {
    const store = start('--directory', directory.path, '--exit-with-parent');
    await store.ready;
    store.child.stdin.destroy();
    expect(await store.ended).toEqual({ status: 0, errors: '' });
  });

  it.each([
    [['--directory'], '--directory'],
    [[], '--directory is missing'],
    [['--directory', 'x', '--port', '70000'], "--port '70000'"],
    [['--directory', 'x', '--verbose'], '--verbose'],
  ])('refuses the flags %j with status 2 and one line', async (flags, word) => {
    const { status, errors } = await start(...flags).ended;
    expect(status).toBe(2);
    expect(errors).toContain(word);
    expect(errors.trimEnd().split('\n').length).toBe(1);
  });

  it('refuses a directory owned by a running store, with status 2', async () => {
    const owner = start('--directory', directory.path);
    await owner.ready;
    const { status, errors } = await start('--directory', directory.path).ended;
    expect(status).toBe(2);
    expect(errors).toBe(
      `embedded store: ${directory.path} is in use by process ${owner.child.pid}. Stop that process or choose another directory\n`,
    );
  });

  it('refuses a damaged log with status 1, naming file and offset', async () => {
    const first = encodeRecord({ put: 'db.a', document: { _id: 1 } });
    first[20]! ^= 1;
    await writeFile(join(directory.path, 'changes.log'), Buffer.concat([first, encodeRecord({ drop: 'db.a' })]));
    const { status, errors } = await start('--directory', directory.path).ended;
    expect(status).toBe(1);
    expect(errors).toContain(`${join(directory.path, 'changes.log')}: damaged record at byte 0`);
  });
});

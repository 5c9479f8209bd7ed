import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStorage, type Storage } from '../../../src/adapters/embedded/storage.ts';

let root: string;
let lines: string[];
const opened: Storage[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-storage-'));
  lines = [];
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((storage) => storage.close()));
  await rm(root, { recursive: true });
});

async function openAt(name: string, compactAbove?: number): Promise<Storage> {
  const options = {
    directory: join(root, name),
    log: (line: string) => void lines.push(line),
    onFailure: () => undefined,
  };
  const storage = await openStorage(compactAbove === undefined ? options : { ...options, compactAbove });
  opened.push(storage);
  return storage;
}

async function close(storage: Storage): Promise<void> {
  opened.splice(opened.indexOf(storage), 1);
  await storage.close();
}

/** Everything a client could see. */
function contents({ catalog }: Storage): unknown {
  return catalog.collections().map((collection) => ({
    namespace: collection.namespace,
    indexes: collection.indexes,
    documents: collection
      .find({})
      .entries.map(({ document }) => document)
      .sort((a, b) => Number(a['_id']) - Number(b['_id'])),
  }));
}

/** Inserts, replacements, removals, indexes and drops, with a unique key that moves from one document to another. */
function fill({ catalog }: Storage, rounds = 20): void {
  const things = catalog.getOrCreate('db.things');
  if (things.indexes.length === 1) things.createIndex({ name: 'u', key: { u: 1 }, unique: true });
  const end = things.size + rounds;
  for (let i = things.size; i < end; i += 1) {
    const entry = things.insert({ _id: i * 2, u: `key${i}` });
    things.remove(entry);
    things.replace(things.insert({ _id: i * 2 + 1, u: `key${i}` }), {
      _id: i * 2 + 1,
      u: `key${i}`,
      text: 'x'.repeat(50),
    });
  }
  catalog.getOrCreate('db.gone').insert({ _id: 1 });
  catalog.drop('db.gone');
  catalog.getOrCreate('db.empty');
}

async function filled(name: string): Promise<{ directory: string; expected: unknown }> {
  const storage = await openAt(name);
  fill(storage);
  const expected = contents(storage);
  await close(storage);
  return { directory: join(root, name), expected };
}

async function reopened(name: string): Promise<unknown> {
  const storage = await openAt(name);
  const found = contents(storage);
  await close(storage);
  return found;
}

describe('recovery', () => {
  it('brings everything back', async () => {
    const { expected } = await filled('a');
    expect(await reopened('a')).toEqual(expected);
    expect(lines).toEqual([]);
  });

  it('removes a record cut off at any byte, says so, and keeps everything before it', async () => {
    const storage = await openAt('a');
    fill(storage, 3);
    await storage.settled();
    const expected = contents(storage);
    const log = join(root, 'a', '1.log');
    const whole = (await readFile(log)).length;
    storage.catalog.getOrCreate('db.things').insert({ _id: 999, u: 'last' });
    await close(storage);
    const size = (await readFile(log)).length;
    for (let cut = whole + 1; cut < size; cut += 1) {
      await cp(join(root, 'a'), join(root, `cut${cut}`), { recursive: true });
      await truncate(join(root, `cut${cut}`, '1.log'), cut);
      expect(await reopened(`cut${cut}`)).toEqual(expected);
      expect(lines.pop()).toContain(`at byte ${whole}`);
      expect((await readFile(join(root, `cut${cut}`, '1.log'))).length).toBe(whole);
    }
  });

  it('takes zeros after the last record for a file that grew before it was written', async () => {
    const { directory, expected } = await filled('a');
    await writeFile(join(directory, '1.log'), Buffer.alloc(5000), { flag: 'a' });
    expect(await reopened('a')).toEqual(expected);
  });

  it('refuses to start over one flipped bit anywhere but in the last record, and names the file and the place', async () => {
    const { directory } = await filled('a');
    const good = await readFile(join(directory, '1.log'));
    const first = 12 + good.readUInt32LE(0);
    for (let at = first; at < first + 40; at += 1) {
      const bad = Buffer.from(good);
      bad[at]! ^= 4;
      await writeFile(join(directory, '1.log'), bad);
      await expect(openAt('a')).rejects.toThrow(`1.log: damaged record at byte ${first} `);
    }
    await writeFile(join(directory, '1.log'), good);
    await expect(reopened('a')).resolves.toBeDefined();
  });

  it('refuses to start when a file is missing', async () => {
    const { directory } = await filled('a');
    await rename(join(directory, '1.log'), join(directory, '2.log'));
    await expect(openAt('a')).rejects.toThrow('1.log is missing');
  });
});

describe('compaction', () => {
  it('keeps the state, through writes that happen meanwhile, and drops the garbage', async () => {
    const storage = await openAt('a');
    fill(storage, 2000);
    const compacted = storage.compact();
    fill(storage, 500);
    await compacted;
    fill(storage, 10);
    const expected = contents(storage);
    await close(storage);
    expect((await readdir(join(root, 'a'))).sort()).toEqual(['2.log', '2.snapshot']);
    expect(await reopened('a')).toEqual(expected);
  });

  it('starts by itself when most of the log is garbage, in the background and at the next start', async () => {
    const storage = await openAt('a', 50_000);
    const counter = storage.catalog.getOrCreate('db.counter').insert({ _id: 1, n: 0 });
    for (let n = 1; n <= 3000; n += 1) {
      storage.catalog.getOrCreate('db.counter').replace(counter, { _id: 1, n });
      if (n % 100 === 0) await storage.settled();
    }
    await close(storage);
    const expected = [{ namespace: 'db.counter', documents: [{ _id: 1, n: 3000 }] }];
    expect(await readdir(join(root, 'a'))).not.toContain('1.log');
    await close(await openAt('a', 100));
    const sizes = await Promise.all(
      (await readdir(join(root, 'a'))).map(async (name) => (await readFile(join(root, 'a', name))).length),
    );
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(500);
    expect(await reopened('a')).toMatchObject(expected);
  });

  it('loses nothing at whatever step a crash ends it', async () => {
    const { directory: before, expected } = await filled('before');
    await cp(before, join(root, 'after'), { recursive: true });
    const storage = await openAt('after');
    await storage.compact();
    await close(storage);
    const snapshot = await readFile(join(root, 'after', '2.snapshot'));
    const later = await openAt('after');
    fill(later, 5);
    const expectedLater = contents(later);
    await close(later);
    const newLog = await readFile(join(root, 'after', '2.log'));

    const states: Record<string, { files: Record<string, Buffer>; drop?: string[]; expected: unknown }> = {
      'new log created': { files: { '2.log': Buffer.alloc(0) }, expected },
      'new log in use': { files: { '2.log': newLog }, expected: expectedLater },
      'new log torn': { files: { '2.log': Buffer.concat([newLog, Buffer.from('torn')]) }, expected: expectedLater },
      'snapshot half written': {
        files: { '2.log': newLog, '2.tmp': snapshot.subarray(0, 100) },
        expected: expectedLater,
      },
      'snapshot renamed': { files: { '2.log': newLog, '2.snapshot': snapshot }, expected: expectedLater },
      'old log deleted': {
        files: { '2.log': newLog, '2.snapshot': snapshot },
        drop: ['1.log'],
        expected: expectedLater,
      },
    };
    for (const [state, { files, drop = [], expected: wanted }] of Object.entries(states)) {
      await cp(before, join(root, state), { recursive: true });
      for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, state, name), bytes);
      for (const name of drop) await rm(join(root, state, name));
      expect(await reopened(state), state).toEqual(wanted);
      expect(await readdir(join(root, state)), state).not.toContain('2.tmp');
      expect(await reopened(state), `${state}, once more`).toEqual(wanted);
    }
  });

  it('that fails is reported once, not tried again at every write, and costs nothing', async () => {
    await mkdir(join(root, 'a', '2.tmp'), { recursive: true });
    const storage = await openAt('a', 20_000);
    const counter = storage.catalog.getOrCreate('db.counter').insert({ _id: 1, n: 0 });
    for (let n = 1; n <= 500; n += 1) {
      storage.catalog.getOrCreate('db.counter').replace(counter, { _id: 1, n });
      await storage.settled();
    }
    await close(storage);
    expect(lines).toEqual([expect.stringContaining('compaction failed: Error: EISDIR')]);
    await rm(join(root, 'a', '2.tmp'), { recursive: true });
    expect(await reopened('a')).toMatchObject([{ documents: [{ _id: 1, n: 500 }] }]);
  });

  it('refuses a damaged snapshot, and a cut-off log that others follow', async () => {
    const { directory } = await filled('a');
    const log = await readFile(join(directory, '1.log'));
    await writeFile(join(directory, '2.log'), '');
    await truncate(join(directory, '1.log'), log.length - 3);
    await expect(openAt('a')).rejects.toThrow('1.log: damaged record');
    await writeFile(join(directory, '2.snapshot'), log.subarray(0, -3));
    await expect(openAt('a')).rejects.toThrow('2.snapshot: damaged record');
  });
});

describe('limits', () => {
  it('refuses a document over 16 MB and takes one just under it', async () => {
    const storage = await openAt('a');
    const things = storage.catalog.getOrCreate('db.things');
    expect(() => things.insert({ _id: 1, text: 'x'.repeat(16 * 1024 * 1024) })).toThrow(/larger than/);
    things.insert({ _id: 2, text: 'x'.repeat(16 * 1024 * 1024 - 100) });
    await close(storage);
    expect(await reopened('a')).toMatchObject([{ documents: [{ _id: 2 }] }]);
  });
});

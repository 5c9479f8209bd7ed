import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStorage } from '../../../src/adapters/embedded/storage.ts';

let root: string;
let lines: string[];
type Storage = Awaited<ReturnType<typeof openStorage>>;
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

/** All data visible to clients. */
function contents({ catalog }: Storage): unknown {
  return catalog.collections().map((collection) => ({
    namespace: collection.namespace,
    indexes: collection.indexes(),
    documents: collection.find({}).documents.sort((a, b) => Number(a['_id']) - Number(b['_id'])),
  }));
}

/** Inserts, replacements, removals, indexes and drops, with a unique key that moves from one document to another. */
function fill({ catalog }: Storage, rounds = 20): void {
  const things = catalog.get('db.things');
  if (things.indexes().length === 0) things.createIndex({ name: 'u', key: { u: 1 }, unique: true });
  const end = things.size() + rounds;
  for (let i = things.size(); i < end; i += 1) {
    const entry = things.insert({ _id: i * 2, u: `key${i}` });
    things.remove(entry);
    things.replace(things.insert({ _id: i * 2 + 1, u: `key${i}` }), {
      _id: i * 2 + 1,
      u: `key${i}`,
      text: 'x'.repeat(50),
    });
  }
  catalog.get('gone.things').createIndex({ name: 'u', key: { u: 1 }, unique: true });
  catalog.get('gone.things').insert({ _id: 1 });
  catalog.dropDatabase('gone');
  catalog.get('gone.again').insert({ _id: end });
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
  it('restores everything', async () => {
    const { expected } = await filled('a');
    expect(await reopened('a')).toEqual(expected);
    expect(lines).toEqual([]);
  });

  it('removes a record truncated at any byte, logs it, and keeps everything before it', async () => {
    const storage = await openAt('a');
    fill(storage, 3);
    await storage.settled();
    const expected = contents(storage);
    const log = join(root, 'a', 'changes.log');
    const whole = (await readFile(log)).length;
    storage.catalog.get('db.things').insert({ _id: 999, u: 'last' });
    await close(storage);
    const size = (await readFile(log)).length;
    for (let cut = whole + 1; cut < size; cut += 1) {
      await cp(join(root, 'a'), join(root, `cut${cut}`), { recursive: true });
      await truncate(join(root, `cut${cut}`, 'changes.log'), cut);
      expect(await reopened(`cut${cut}`)).toEqual(expected);
      expect(lines.pop()).toContain(`at byte ${whole}`);
      expect((await readFile(join(root, `cut${cut}`, 'changes.log'))).length).toBe(whole);
    }
  });

  it('treats zeros after the last record as a file that grew before it was written', async () => {
    const { directory, expected } = await filled('a');
    await writeFile(join(directory, 'changes.log'), Buffer.alloc(5000), { flag: 'a' });
    expect(await reopened('a')).toEqual(expected);
  });

  it('refuses to start after a flipped bit anywhere except in the last record, and names file and offset', async () => {
    const { directory } = await filled('a');
    const good = await readFile(join(directory, 'changes.log'));
    const first = 12 + good.readUInt32LE(0);
    for (let at = first; at < first + 40; at += 1) {
      const bad = Buffer.from(good);
      bad[at]! ^= 4;
      await writeFile(join(directory, 'changes.log'), bad);
      await expect(openAt('a')).rejects.toThrow(`changes.log: damaged record at byte ${first} `);
    }
    await writeFile(join(directory, 'changes.log'), good);
    await expect(reopened('a')).resolves.toBeDefined();
  });
});

describe('compaction', () => {
  it('keeps the state, with concurrent writes, and drops garbage', async () => {
    const storage = await openAt('a');
    fill(storage, 2000);
    const compacted = storage.compact();
    fill(storage, 500);
    await compacted;
    fill(storage, 10);
    const expected = contents(storage);
    await close(storage);
    expect(await readdir(join(root, 'a'))).toEqual(['changes.log']);
    expect(await reopened('a')).toEqual(expected);
  });

  it('keeps an index and a database that were created, moved and dropped meanwhile', async () => {
    const storage = await openAt('a');
    fill(storage, 2000);
    const compacted = storage.compact();
    const { catalog } = storage;
    const [first] = catalog.get('db.things').find({}).documents;
    catalog.get('db.things').replace(first!, { ...first, u: 'moved' });
    catalog.get('db.things').insert({ _id: -1, u: first!['u'] });
    catalog.get('db.other').insert({ _id: 1, a: [1] });
    catalog.get('db.other').replace(catalog.get('db.other').find({}).documents[0]!, { _id: 1, a: 1 });
    catalog.get('db.other').createIndex({ name: 'a', key: { a: 1 } });
    catalog.dropDatabase('gone');
    await compacted;
    const expected = contents(storage);
    await close(storage);
    expect(await reopened('a')).toEqual(expected);
  });

  it('starts automatically when the log has grown, in the background and after the next start', async () => {
    const size = async () => (await stat(join(root, 'a', 'changes.log'))).size;
    async function count(compactAbove: number, from: number, to: number): Promise<void> {
      const storage = await openAt('a', compactAbove);
      const counters = storage.catalog.get('db.counter');
      let [counter] = counters.find({}).documents;
      for (let n = from; n <= to; n += 1) {
        const next = { _id: 1, n };
        if (counter === undefined) counters.insert(next);
        else counters.replace(counter, next);
        counter = next;
        if (n % 10 === 0) await storage.settled();
      }
      await close(storage);
    }
    await count(50_000, 1, 3000);
    expect(await size()).toBeLessThan(120_000);
    const storage = await openAt('a', 1_000_000);
    fill(storage, 100);
    await close(storage);
    const before = await size();
    await count(5000, 3001, 3300);
    expect(await size()).toBeLessThan(before);
    expect(lines).toEqual([]);
    expect(await reopened('a')).toContainEqual(
      expect.objectContaining({ namespace: 'db.counter', documents: [{ _id: 1, n: 3300 }] }),
    );
  });

  it('loses nothing when a crash ends it at any step', async () => {
    const { directory: before, expected } = await filled('before');
    await cp(before, join(root, 'after'), { recursive: true });
    const storage = await openAt('after');
    await storage.compact();
    await close(storage);
    const log = await readFile(join(before, 'changes.log'));
    const draft = await readFile(join(root, 'after', 'changes.log'));
    expect(draft.length).toBeLessThan(log.length);
    const states: Record<string, Record<string, Buffer>> = {
      'draft half written': { 'changes.log': log, 'changes.draft': draft.subarray(0, 100) },
      'draft complete': { 'changes.log': log, 'changes.draft': draft },
      'draft in place': { 'changes.log': draft },
      'draft in place, and what it was made of once more': { 'changes.log': Buffer.concat([draft, log]) },
      'draft in place, torn': { 'changes.log': Buffer.concat([draft, log.subarray(0, 20)]) },
    };
    for (const [state, files] of Object.entries(states)) {
      await mkdir(join(root, state));
      for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, state, name), bytes);
      expect(await reopened(state), state).toEqual(expected);
      expect(await readdir(join(root, state)), state).toEqual(['changes.log']);
      expect(await reopened(state), `${state}, once more`).toEqual(expected);
    }
  });

  it('that fails is reported once, is not retried at every write, and loses nothing', async () => {
    const storage = await openAt('a', 20_000);
    await mkdir(join(root, 'a', 'changes.draft'));
    const counters = storage.catalog.get('db.counter');
    let counter = counters.insert({ _id: 1, n: 0 });
    for (let n = 1; n <= 500; n += 1) {
      const next = { _id: 1, n };
      counters.replace(counter, next);
      counter = next;
      await storage.settled();
    }
    await close(storage);
    expect(lines).toEqual([expect.stringContaining('compaction failed: Error: EISDIR')]);
    await rm(join(root, 'a', 'changes.draft'), { recursive: true });
    expect(await reopened('a')).toMatchObject([{ documents: [{ _id: 1, n: 500 }] }]);
  });

  it('is aborted when the store is closed', async () => {
    const storage = await openAt('a');
    fill(storage, 2000);
    const compacted = storage.compact();
    const expected = contents(storage);
    const [result] = await Promise.allSettled([compacted, close(storage)]);
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
    expect(lines).toEqual([]);
    expect(await reopened('a')).toEqual(expected);
  });
});

describe('limits', () => {
  it('refuses a document over 16 MB and takes one just under it', async () => {
    const storage = await openAt('a');
    const things = storage.catalog.get('db.things');
    expect(() => things.insert({ _id: 1, text: 'x'.repeat(16 * 1024 * 1024) })).toThrow(/larger than/);
    things.insert({ _id: 2, text: 'x'.repeat(16 * 1024 * 1024 - 100) });
    await close(storage);
    expect(await reopened('a')).toMatchObject([{ documents: [{ _id: 2 }] }]);
  });
});

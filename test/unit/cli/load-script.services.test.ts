import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadScript } from '../../../src/cli/load-script.ts';

function folder() {
  const directory = mkdtempSync(join(tmpdir(), 'corp-script-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'program.cjs');
  const cache = join(directory, 'cache', 'program.cjs.cache');
  let changes = 0;
  return {
    path,
    cache,
    write: (text: string): void => {
      writeFileSync(path, text);
      // The file system may count time in steps longer than this test takes.
      changes += 1;
      utimesSync(path, changes, changes);
    },
    load: () => {
      const { exports, saveCache } = loadScript(path, join(directory, 'cache'));
      saveCache?.();
      return { exports, isCached: saveCache === null };
    },
  };
}

const saying = (word: string): string =>
  `const { sep } = require('node:path'); exports.said = () => '${word}' + sep.length; exports.file = __filename;`;

it('compiles once, and runs the cached code after that', () => {
  const { path, write, load } = folder();
  write(saying('one'));
  const [first, second] = [load(), load()];
  expect([first.isCached, second.isCached]).toEqual([false, true]);
  const { said, file } = second.exports as { said: () => string; file: string };
  expect([said(), file]).toEqual(['one1', path]);
});

it('compiles a changed script of the same length anew', () => {
  const { write, load } = folder();
  write(saying('one'));
  load();
  write(saying('two'));
  const { exports, isCached } = load();
  expect([(exports as { said: () => string }).said(), isCached]).toEqual(['two1', false]);
  expect(load().isCached).toBe(true);
});

it.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
  ['empty', () => Buffer.alloc(0)],
  ['text', () => Buffer.from('no cache at all')],
])('ignores a cache that is %s, and replaces it', (_, damage) => {
  const { cache, write, load } = folder();
  write(saying('one'));
  load();
  writeFileSync(cache, damage(readFileSync(cache)));
  const { exports, isCached } = load();
  expect([(exports as { said: () => string }).said(), isCached]).toEqual(['one1', false]);
  expect(load().isCached).toBe(true);
});

it('runs without a cache when it cannot be written', () => {
  const { write, load, path } = folder();
  write(saying('one'));
  const { exports, saveCache } = loadScript(path, join(path, 'not-a-folder'));
  expect(() => saveCache?.()).not.toThrow();
  expect((exports as { said: () => string }).said()).toBe('one1');
  expect(load().isCached).toBe(false);
});

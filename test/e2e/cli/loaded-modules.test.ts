import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_GROUPS } from '../../../src/cli/command-list.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
interface SourceMap {
  readonly sources: readonly string[];
}

const directory = mkdtempSync(join(tmpdir(), 'corp-modules-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Paths, relative to the checkout, of all modules that a command of the built program loads. */
function loadedBy(...args: string[]): readonly string[] {
  const record = join(directory, 'loaded');
  writeFileSync(record, '');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', join(ROOT, 'test/fixtures/loaded-modules/record.mjs'), join(ROOT, 'dist/src/cli/main.js'), ...args],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        LOADED_MODULES: record,
        REDIS_URL: '',
        MONGO_URL: '',
        CORP_DATABASE__DATA_DIRECTORY: join(directory, 'data'),
      },
    },
  );
  expect(status, stderr).toBe(0);
  return readFileSync(record, 'utf8')
    .split('\n')
    .map((line) => line.replace('file://', '').replace(ROOT, ''));
}

/** The paths that must not be loaded. */
const unwantedOf = (paths: readonly string[], unwanted: RegExp) => paths.filter((path) => unwanted.test(path));

const BUNDLED = COMMAND_GROUPS.flatMap(({ commands }) => commands).filter(({ onlyReads }) => onlyReads);
/** Compiled modules, but for what decides for a bundle. */
const PLAIN =
  /^dist\/(?!bundle\/|src\/(paths|cli\/(main|compile-cache|load-script|command-list))\.js|config\/process-environment\.js)/;
/** Packages, but for those of native code, which no bundle can hold. */
const PACKAGES = /^node_modules\/(?!msgpackr-extract|node-gyp-build|@msgpackr-extract|detect-libc)/;
const BESIDE_BUNDLE = new RegExp(`${PLAIN.source}|${PACKAGES.source}|^dist/bundle/(?!cli\\.cjs)`);

describe('what a short command loads', () => {
  it.each(['--version', '--help'])('corp %s loads no command, and no package except commander', (flag) => {
    const loaded = loadedBy(flag);
    expect(loaded).toContain('dist/src/cli/program.js');
    expect(unwantedOf(loaded, /^dist\/(src\/(cli\/commands|runtime|adapters|domain)|queues|processors)\//)).toEqual([]);
    expect(unwantedOf(loaded, /^node_modules\/(?!commander\/)/)).toEqual([]);
  });

  it.each(BUNDLED.map(({ name }) => name))('corp %s runs from the bundle, and loads no package beside it', (name) => {
    const loaded = loadedBy(name, '--help');
    expect(loaded).toContain('dist/bundle/cli.cjs');
    expect(unwantedOf(loaded, BESIDE_BUNDLE)).toEqual([]);
  });

  it('corp status loads nothing beside the bundle while it works either', () => {
    const loaded = loadedBy('status', '--json');
    expect(loaded).toContain('dist/bundle/cli.cjs');
    expect(unwantedOf(loaded, BESIDE_BUNDLE)).toEqual([]);
  });

  it.each(['halt', 'node', 'start'])(
    'corp %s runs from the bundle of all commands, and from no plain module',
    (name) => {
      const loaded = loadedBy(name, '--help');
      expect(loaded).toContain('dist/bundle/corp.js');
      expect(unwantedOf(loaded, /^dist\/bundle\/(?!corp[./])/)).toEqual([]);
      expect(unwantedOf(loaded, PLAIN)).toEqual([]);
      expect(unwantedOf(loaded, /^node_modules\/(mongoose|mongodb|bson|bullmq|ioredis|zod|yaml|commander)\//)).toEqual(
        [],
      );
    },
  );
});

describe('a bundle that is missing or older than the last compilation', () => {
  const copy = join(directory, 'installed');
  const main = join(copy, 'dist/src/cli/main.js');
  const tryHelp = (command: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, command, '--help'], { encoding: 'utf8' });
    return { status, stderr, usage: stdout.split('\n')[0] };
  };
  const helpOf = (command: string) => ({ status: 0, stderr: '', usage: `Usage: corp ${command} [options]` });
  beforeAll(() => {
    cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true, preserveTimestamps: true });
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });

  it('is not run: a broken one does no harm then', () => {
    for (const name of ['cli.cjs', 'corp.js']) {
      const path = join(copy, 'dist/bundle', name);
      writeFileSync(path, 'throw new Error("the bundle ran");');
      // The control: a bundle that is newer than the compilation is the program.
      expect(tryHelp(name === 'cli.cjs' ? 'status' : 'halt').stderr).toContain('the bundle ran');
      utimesSync(path, 1, 1);
    }
    expect([tryHelp('status'), tryHelp('halt')]).toEqual([helpOf('status'), helpOf('halt')]);
  });

  it('is not needed', () => {
    rmSync(join(copy, 'dist/bundle'), { recursive: true });
    expect([tryHelp('status'), tryHelp('halt')]).toEqual([helpOf('status'), helpOf('halt')]);
  });
});

describe('the bundle of all commands', () => {
  it('contains one copy of each module', () => {
    const chunks = readdirSync(join(ROOT, 'dist/bundle/corp')).filter((name) => name.endsWith('.map'));
    const contents = chunks.flatMap((name) => {
      const { sources } = JSON.parse(readFileSync(join(ROOT, 'dist/bundle/corp', name), 'utf8')) as SourceMap;
      return sources.map((source) => relative(ROOT, join(ROOT, 'dist/bundle/corp', source)));
    });
    expect(contents.filter((path, i) => contents.indexOf(path) !== i)).toEqual([]);
    for (const file of ['src/domain/errors.ts', 'bullmq/dist/cjs/classes/queue.js', 'mongodb/src/cmap/connection.ts'])
      expect(contents.filter((path) => path.endsWith(file)).length, file).toBe(1);
  });
});

describe('the bundle of the commands that only read', () => {
  it('contains no API, thread pool, simulation of trades, agents, engine or other command', () => {
    const { sources } = JSON.parse(readFileSync(join(ROOT, 'dist/bundle/cli.cjs.map'), 'utf8')) as SourceMap;
    const contents = sources.map((source) => relative(ROOT, join(ROOT, 'dist/bundle', source)));
    const commands = BUNDLED.map(({ name }) => `src/cli/commands/${name}.ts`);
    expect(unwantedOf(contents, /^src\/cli\/commands\//).sort()).toEqual(commands.sort());
    expect(unwantedOf(contents, /^(processors|src\/(api|coordinator|feed|http|worker))\//)).toEqual([]);
    expect(unwantedOf(contents, /^src\/domain\/(backtest|indicators|python-worker)\//)).toEqual([]);
    expect(unwantedOf(contents, /^src\/adapters\/(?!(mongo|audit-archive)\/)/)).toEqual([]);
    expect(
      unwantedOf(
        contents,
        /^node_modules\/(@bull-board|express|helmet|piscina|prom-client|technicalindicators|ccxt)\//,
      ),
    ).toEqual([]);
    // One copy each: classes of two would not know each other's instances.
    for (const file of ['mongodb/lib/cmap/connection.js', 'bson/lib/bson.node.mjs', 'bson/lib/bson.cjs'])
      expect(contents.filter((path) => path.endsWith(file)).length, file).toBeLessThanOrEqual(1);
  });
});

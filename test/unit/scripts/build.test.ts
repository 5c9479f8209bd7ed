import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { build, isBuilt } from '../../../scripts/build.mjs';
import { temporaryDirectory } from '../../fixtures/services/workspace.ts';

// Hides the notices of the script.
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => void vi.restoreAllMocks());

function project() {
  const directory = temporaryDirectory();
  const write = (path: string, text: string): void => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  write('src/a.ts', 'a');
  write('config/risk.yaml', 'limit: 1');
  const compile = vi.fn(async () => {
    write('dist/src/a.js', 'a');
    return { exitCode: 0, output: '' };
  });
  return { directory, write, compile, run: () => build(directory, compile) };
}

describe('the build', () => {
  it('runs once for the same sources, whatever their modification times', async () => {
    const { directory, compile, run } = project();
    await run();
    utimesSync(join(directory, 'src/a.ts'), 0, 0);
    await run();
    expect(compile).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['changed', 'src/a.ts'],
    ['new', 'processors/b.ts'],
    ['a compiler setting', 'tsconfig.json'],
  ])('runs again when a source is %s', async (_, path) => {
    const { compile, run, write } = project();
    await run();
    write(path, 'other');
    await run();
    expect(compile).toHaveBeenCalledTimes(2);
  });

  it('runs again when dist was removed', async () => {
    const { directory, compile, run } = project();
    await run();
    rmSync(join(directory, 'dist'), { recursive: true });
    await run();
    expect(compile).toHaveBeenCalledTimes(2);
  });

  it('that fails prints its errors and does not count as built, even after an earlier success', async () => {
    const { directory, compile, run, write } = project();
    await run();
    write('src/a.ts', 'wrong');
    compile.mockResolvedValueOnce({ exitCode: 2, output: 'a.ts(1,1): error' });
    await expect(run()).rejects.toThrow('a.ts(1,1): error\nThe build failed');
    write('src/a.ts', 'a');
    expect(isBuilt(directory)).toBe(false);
  });

  it('removes the output of a deleted source', async () => {
    const { directory, run, write } = project();
    write('dist/src/gone.js', 'old');
    write('dist/src/gone.js.map', 'old');
    await run();
    expect(['gone.js', 'gone.js.map', 'a.js'].map((name) => existsSync(join(directory, 'dist/src', name)))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('builds again when a source was edited during the build', async () => {
    const { directory, compile, run, write } = project();
    compile.mockImplementationOnce(async () => {
      write('dist/src/a.js', 'a');
      write('src/a.ts', 'edited');
      return { exitCode: 0, output: '' };
    });
    await run();
    expect(isBuilt(directory)).toBe(false);
  });
});

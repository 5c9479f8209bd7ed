import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import type * as system from '../system.ts';

/** The processors under test, whole or with a planted bug. */
export type System = typeof system;

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');
const BUGS = resolve(import.meta.dirname, '../bugs');
/** Beside the packages, so that a bundle finds them. */
const BUNDLES = join(ROOT, 'node_modules/.cache/faults');

export const patchOf = (bug: string): string => join(BUGS, `${bug}.patch`);

/** The sources that a patch changes, after the change, by their path. @throws when the patch does not fit the sources */
async function patched(patch: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(patch, 'utf8');
  const names = [...text.matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, name]) => name!);
  const folder = await mkdtemp(join(tmpdir(), 'planted-bug-'));
  try {
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await cp(join(ROOT, name), join(folder, name));
    }
    // `--unidiff-zero`, because only the changed lines are kept; they must be found where the patch says.
    await run('git', ['apply', patch], {
      cwd: folder,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: folder },
    });
    const contents = await Promise.all(
      names.map(async (name) => [join(ROOT, name), await readFile(join(folder, name), 'utf8')] as const),
    );
    return new Map(contents);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const replacing = (contents: ReadonlyMap<string, string>): Plugin => ({
  name: 'planted-bug',
  setup(bundling) {
    bundling.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const found = contents.get(path);
      return found === undefined ? null : { contents: found, loader: 'ts' };
    });
  },
});

/** Bundles the processors, with a planted bug when one is named. Returns the address of the module. */
export async function bundleSystem(bug?: string): Promise<string> {
  const outfile = join(BUNDLES, `system${bug === undefined ? '' : `-${bug}`}.mjs`);
  await build({
    entryPoints: [resolve(import.meta.dirname, '../system.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
    plugins: bug === undefined ? [] : [replacing(await patched(patchOf(bug)))],
  });
  return pathToFileURL(outfile).href;
}

export const loadSystem = async (bug?: string): Promise<System> => (await import(await bundleSystem(bug))) as System;

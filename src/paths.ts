import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout that this code runs from, whether from source or from dist/. */
export const PROJECT_ROOT: string = (() => {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('no package.json above the program: reinstall it');
    directory = parent;
  }
  return directory;
})();

export const VERSION: string = (
  JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string }
).version;

/**
 * Path of a file of dist/bundle, which scripts/bundle/program.mjs makes. null when it is missing or older than the last compilation,
 * as after `tsc` alone: the caller then runs the plain modules.
 */
export function bundlePath(name: 'cli.cjs' | 'corp.js' | 'embedded-store.js'): string | null {
  const path = join(PROJECT_ROOT, 'dist', 'bundle', name);
  const bundled = changedAt(path);
  // tsc writes only the files that changed, but always this one.
  const compiled = changedAt(join(PROJECT_ROOT, 'dist', '.tsbuildinfo'));
  return bundled !== undefined && compiled !== undefined && bundled >= compiled ? path : null;
}

/**
 * The compiled file of a module that runs in a thread, also when the caller runs from the sources: Node 20 cannot run a
 * .ts thread. @param module like `src/adapters/threads/backtest-thread`
 * @throws Error when the project is not built
 */
export function compiledThread(module: string): string {
  const path = join(PROJECT_ROOT, 'dist', `${module}.js`);
  if (!existsSync(path)) throw new Error(`${module} is not built: run npm run build`);
  return path;
}

const changedAt = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

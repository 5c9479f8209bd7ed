import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { captureTool } from './child.mjs';
import { filesBelow, hashOf } from './content-hash.mjs';
import { notice } from './notice.mjs';
import { root } from './root.mjs';
import { withSetupLock } from './setup-lock.mjs';

const FOLDERS = ['config', 'queues', 'processors', 'src', 'bench', 'web'];
const SETTINGS = [
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/bundle/report.mjs',
  'scripts/bundle/program.mjs',
];

/** Compiles into dist, unless dist was built from the same sources. */
export async function build(directory = root, compile = compileAll) {
  if (isBuilt(directory)) return;
  await withSetupLock(
    join(directory, '.data', 'setup'),
    async () => {
      if (isBuilt(directory)) return;
      notice('building ...');
      const stamp = stampIn(directory);
      rmSync(stamp, { force: true });
      // Computed before the build, so that the next build includes edits made during this one.
      const hash = sourceHash(directory);
      removeOrphans(directory);
      const { exitCode, output } = await compile();
      if (exitCode !== 0) throw new Error(`${output.trimEnd()}\nThe build failed`);
      writeFileSync(stamp, hash);
    },
    notice,
  );
}

/** Builds with the Node that is first on the PATH of `env`, even if dist is up to date. */
export async function rebuild(env) {
  rmSync(stampIn(root), { force: true });
  await build(root, () => compileAll(env));
}

export function isBuilt(directory = root) {
  const stamp = stampIn(directory);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceHash(directory);
}

/** Removes the output of deleted sources: a stale import would still load it. */
function removeOrphans(directory) {
  const dist = join(directory, 'dist');
  for (const path of filesBelow([dist])) {
    const source = join(directory, relative(dist, path)).replace(/\.js(\.map)?$/, '.ts');
    if (/\.js(\.map)?$/.test(path) && !existsSync(source)) rmSync(path);
  }
}

function sourceHash(directory) {
  return hashOf(filesBelow([...FOLDERS, ...SETTINGS].map((name) => join(directory, name))));
}

/** Inside dist, so that removing dist removes the stamp too. */
const stampIn = (directory) => join(directory, 'dist', '.source-hash');

/** The compiler's files, the script of the report page, and last the bundles of the program: an older bundle is not used. */
async function compileAll(env) {
  const compiled = await tsc(env);
  if (compiled.exitCode !== 0) return compiled;
  // Only now: they need a package, and this file must load without any.
  const [{ bundleReport }, { bundle }] = await Promise.all([
    import('./bundle/report.mjs'),
    import('./bundle/program.mjs'),
  ]);
  try {
    await bundleReport();
    await bundle();
    return compiled;
  } catch (error) {
    return { exitCode: 1, output: error.message };
  }
}

async function tsc(env = process.env) {
  const compiled = await captureTool('tsc', ['-p', 'tsconfig.build.json'], env);
  // npx sets this bit only the first time it links this folder, and not after dist was removed or the checkout cloned again.
  if (compiled.exitCode === 0) chmodSync(join(root, 'dist/src/cli/main.js'), 0o755);
  return compiled;
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeeds } from './child.mjs';
import { hashOf } from './content-hash.mjs';
import { notice } from './notice.mjs';
import { root } from './root.mjs';
import { withSetupLock } from './setup-lock.mjs';

/** Installs what package-lock.json lists, unless node_modules already matches it. */
export async function ensurePackages(directory = root, install = npmCi) {
  if (!needsInstall(directory)) return;
  await withSetupLock(
    join(directory, '.data', 'setup'),
    async () => {
      if (!needsInstall(directory)) return;
      notice('installing npm packages ...');
      if (!(await install())) throw new Error('npm ci failed: see above; it needs the npm registry');
      writeFileSync(stampIn(directory), lockHash(directory));
    },
    notice,
  );
}

/** False if a stamp shows that this lock file was installed, or if npm's own record of node_modules matches it. */
export function needsInstall(directory = root) {
  const stamp = stampIn(directory);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash(directory)) return false;
  const installed = packagesOf(join(directory, 'node_modules', '.package-lock.json'));
  if (installed === null || !agrees(installed, packagesOf(join(directory, 'package-lock.json')))) return true;
  writeFileSync(stamp, lockHash(directory));
  return false;
}

/** Packages for other platforms are in the lock file only, marked optional. */
function agrees(installed, locked) {
  const same = (path) =>
    installed[path]?.version === locked[path].version && installed[path].integrity === locked[path].integrity;
  const expected = Object.keys(locked).filter((path) => path !== '' && (path in installed || !locked[path].optional));
  return expected.every(same) && Object.keys(installed).every((path) => path in locked);
}

function packagesOf(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : null;
}

const stampIn = (directory) => join(directory, 'node_modules', '.corp-lock-hash');
const lockHash = (directory) => hashOf([join(directory, 'package-lock.json')]);
/** Build and tests need the development packages, whatever NODE_ENV is. `--loglevel=error` shows errors under `npm start --silent` too. */
const npmCi = () => succeeds('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);

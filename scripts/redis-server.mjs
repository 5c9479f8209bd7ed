import { spawnSync } from 'node:child_process';
import { succeeds } from './child.mjs';
import { notice } from './notice.mjs';

const SERVERS = ['redis-server', 'valkey-server'];
const ADVICE = 'Redis is missing: install redis-server or valkey-server with the package manager, or set REDIS_URL';

/** Installs a Redis server with the system's package manager if there is none. */
export async function ensureRedis(env = process.env) {
  if (env.REDIS_URL || SERVERS.some(exists)) return;
  const install = exists('apt-get') ? aptInstall : exists('brew') ? brewInstall : undefined;
  if (install === undefined) throw new Error(ADVICE);
  notice('installing redis-server ...');
  if (!(await install()) || !SERVERS.some(exists)) throw new Error(ADVICE);
}

const brewInstall = () => succeeds('brew', ['install', 'redis']);

async function aptInstall() {
  // RUNLEVEL=1 prevents the package from starting a system-wide server: we run a private one.
  const settings = ['RUNLEVEL=1', 'DEBIAN_FRONTEND=noninteractive'];
  const [file, ...leading] = process.getuid?.() === 0 ? ['env', ...settings] : ['sudo', '-n', 'env', ...settings];
  const apt = (...args) => succeeds(file, [...leading, 'apt-get', ...args]);
  // A failed update may concern other packages only, so the installation is tried anyway.
  await apt('update');
  for (const server of SERVERS) {
    if (await apt('install', '-y', '--no-install-recommends', server)) return true;
  }
  return false;
}

function exists(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

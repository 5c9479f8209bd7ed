import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, openChildLog } from './child-log.ts';
import { redisReady } from './probe-redis.ts';
import { spawnWithParent } from './spawn-with-parent.ts';
import type { Program } from './supervised-process.ts';

const LOG_FILE = 'redis.log';
const CONFIG_FILE = 'redis.conf';

/** A private redis-server (or valkey-server): loopback, its own password, every write on disk. */
export function createPrivateRedis(binary: string, directory: string, port: number): Program {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  const url = urlOf(port, password);
  const logPath = join(directory, LOG_FILE);
  // Written before the process starts, so that the next owner can recognise the server after a crash.
  const configPath = join(directory, CONFIG_FILE);
  writeFileSync(configPath, configuration(directory, port, password), { mode: 0o600 });
  return {
    name: 'redis',
    spawn() {
      const log = openChildLog(logPath);
      const child = spawnWithParent(binary, [configPath], log);
      closeSync(log);
      return child;
    },
    async ready(child, signal) {
      await redisReady(url, child.pid, signal);
      return url;
    },
    lastOutput: () => lastLines(logPath),
  };
}

/** URL of a server started earlier in this directory, from its configuration file; null when there is none. */
export function urlOfEarlierRedis(directory: string): string | null {
  const path = join(directory, CONFIG_FILE);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  const [port, password] = [/^port (\d+)$/m.exec(text)?.[1], /^requirepass (\w+)$/m.exec(text)?.[1]];
  return port === undefined || password === undefined ? null : urlOf(Number(port), password);
}

function urlOf(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/**
 * With `appendfsync always` Redis acknowledges a write only when it is on the disk. With `everysec` it may acknowledge
 * earlier: while a background fsync runs, Redis postpones even the write() (for up to 2 s), and a SIGKILL in that time
 * loses acknowledged writes. The cost, measured with BullMQ on 2 cores (fsync 0.1 ms): adding a job takes 0.23 ms instead
 * of 0.08; no-op jobs per second fall from 7,200 to 3,500 at concurrency 1 and from 26,000 to 20,000 at 50. Real jobs take
 * 250 ms of CPU and more, so the cost is negligible.
 */
function configuration(directory: string, port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${quoted(directory)}`,
    'daemonize no',
    'appendonly yes',
    'appendfsync always',
    'save ""',
    'maxmemory-policy noeviction',
    'always-show-logo no',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

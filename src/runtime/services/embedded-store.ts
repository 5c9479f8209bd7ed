import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { lastLines, openChildLog } from './child-log.ts';
import type { Program } from './supervised-process.ts';

const announcement = z.object({ url: z.string().startsWith('mongodb://127.0.0.1:') });

/** The store runs as compiled JavaScript, also when this file is run from its source by a test. */
const MAIN = import.meta.url.endsWith('.ts')
  ? '../../../dist/src/adapters/embedded/main.js'
  : '../../adapters/embedded/main.js';

/** A small nursery: the store's garbage is short messages, and the default would hold 30 MB more of it. */
const SMALL_NURSERY = '--max-semi-space-size=2';

export const EMBEDDED_COMMAND: readonly string[] = [
  process.execPath,
  SMALL_NURSERY,
  fileURLToPath(new URL(MAIN, import.meta.url)),
];

/**
 * The embedded store as a process of its own. It ends when its standard input does, so it cannot outlive us; it says
 * on standard output, in one line of JSON, where it listens.
 */
export function createEmbeddedStore(command: readonly string[], directory: string, port: number): Program {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const logPath = join(directory, 'store.log');
  const [file = process.execPath, ...leading] = command;
  const options = ['--directory', directory, '--port', String(port), '--exit-with-parent'];
  return {
    name: 'store',
    spawn() {
      const log = openChildLog(logPath);
      // See private-redis.ts for `detached`.
      const child = spawn(file, [...leading, ...options], { stdio: ['pipe', 'pipe', log], detached: true });
      closeSync(log);
      return child;
    },
    ready: announcedUrl,
    lastWords: () => lastLines(logPath),
  };
}

async function announcedUrl(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('its standard output is not a pipe');
  const [line] = (await once(createInterface({ input: stdout }), 'line', { signal })) as [string];
  // Nothing more is expected; unread output would one day block the store.
  stdout.resume();
  return announcement.parse(JSON.parse(line)).url;
}

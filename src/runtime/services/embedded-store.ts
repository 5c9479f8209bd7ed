import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { bundlePath, PROJECT_ROOT } from '../../paths.ts';
import { lastLines, openChildLog } from './child-log.ts';
import type { Program } from './supervised-process.ts';

const announcement = z.object({ url: z.string().startsWith('mongodb://127.0.0.1:') });

/** The store runs as compiled JavaScript even when a test runs this file from source: one file, if the build made it. */
const storeProgram = (): string =>
  bundlePath('embedded-store.js') ?? join(PROJECT_ROOT, 'dist', 'src', 'adapters', 'embedded', 'main.js');

/**
 * A small young generation: the store's garbage is short-lived messages, and the default would take 30 MB more. It has
 * this size from the start: to grow to it while the log is replayed costs a tenth of the start.
 */
const YOUNG_GENERATION = ['--min-semi-space-size=2', '--max-semi-space-size=2'];

/** The command that starts the store. Not a constant: a build can make or remove the bundle while this process runs. */
export const embeddedStoreCommand = (): readonly string[] => [process.execPath, ...YOUNG_GENERATION, storeProgram()];

/**
 * The embedded store as a separate process. It ends when its standard input closes, so it cannot outlive this process. It
 * prints its URL on standard output as one line of JSON.
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
      // Its own process group, as in spawn-with-parent.ts.
      const child = spawn(file, [...leading, ...options], { stdio: ['pipe', 'pipe', log], detached: true });
      closeSync(log);
      return child;
    },
    ready: announcedUrl,
    lastOutput: () => lastLines(logPath),
  };
}

async function announcedUrl(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('its standard output is not a pipe');
  const [line] = (await once(createInterface({ input: stdout }), 'line', { signal })) as [string];
  // No more output is expected, but unread output would block the store.
  stdout.resume();
  return announcement.parse(JSON.parse(line)).url;
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Readable, type Writable } from 'node:stream';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface StoreProcess {
  readonly child: Child;
  /** The line printed when ready; rejects if the process ends before. */
  readonly ready: Promise<{ url: string }>;
  /** Exit status and standard error. */
  readonly ended: Promise<{ status: number | null; errors: string }>;
}

/** The built program, as the company starts it. */
const MAIN = join(process.cwd(), 'dist', 'bundle', 'embedded-store.js');

export const spawnStore = (...flags: string[]): StoreProcess =>
  watch(spawn(process.execPath, [MAIN, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] }));

function watch(child: Child): StoreProcess {
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, errors }));
  const ready = new Promise<{ url: string }>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as { url: string }));
    ended.then(({ status }) => reject(new Error(`the store ended with ${status}: ${errors}`)), reject);
  });
  ready.catch(() => undefined);
  return { child, ready, ended };
}

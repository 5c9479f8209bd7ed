import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface StoreProcess {
  readonly child: Child;
  /** What it printed when it was ready; rejects when it ends before that. */
  readonly ready: Promise<{ url: string }>;
  /** Exit status and everything on standard error. */
  readonly ended: Promise<{ status: number | null; errors: string }>;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The real process entry, in a process of its own. */
export function spawnStore(...flags: string[]): StoreProcess {
  const hooks = ['--import', path('../../fixtures/typescript-hooks.mjs')];
  const child: Child = spawn(process.execPath, [...hooks, path('../../../src/adapters/embedded/main.ts'), ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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

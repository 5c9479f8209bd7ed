import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Environment } from '../config/process-environment.ts';
import { AppError } from '../src/domain/errors.ts';
import { PROJECT_ROOT } from '../src/paths.ts';

/** The arguments with which `npm start` runs the program. */
const PROGRAM = ['--enable-source-maps', join(PROJECT_ROOT, 'dist/src/cli/main.js')];
const END_WITHIN_MS = 20_000;

/** Starts a `corp` command of the compiled program as a child process. */
export function spawnCorp(environment: Environment, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...PROGRAM, ...args], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** The document that it prints with `--json` when it is running. @throws AppError `start-failed` if it ends before */
export async function announcementOf<T>(child: ChildProcess, command: string): Promise<T> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
  if (typeof line !== 'string') throw new AppError('start-failed', `${command} ended before it was running`);
  return JSON.parse(line) as T;
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}

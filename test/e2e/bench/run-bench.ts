import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { workspace, type Finished } from '../cli/corp-process.ts';

/** Runs the command and checks that it removed its temporary folders and printed no warning of Node. */
export async function corp(...args: string[]): Promise<Finished> {
  const child = workspace().spawn(...args);
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`corp-bench-${child.pid}-`));
  expect(left).toEqual([]);
  expect(stderr).not.toMatch(/\w+Warning: /);
  return { exitCode: child.exitCode, stdout, stderr };
}

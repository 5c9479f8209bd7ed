import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { endProcess, identifyProcess, isRunning } from '../../../../src/process-lock/process-identity.ts';

async function startChild(program: string) {
  const child = spawn(process.execPath, ['-e', `${program}; console.log('up')`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const identity = identifyProcess(child.pid ?? 0);
  if (identity === null) throw new Error('a running process was not found');
  return { child, identity, exited: once(child, 'exit') };
}

it('distinguishes a process from a later one with the same pid', async () => {
  const { identity } = await startChild('setInterval(() => undefined, 1000)');
  expect(isRunning(identity)).toBe(true);
  expect(isRunning({ ...identity, startedAt: 'earlier-1' })).toBe(false);
  expect(identity.startedAt).toMatch(/^[\w-]+$/);
});

it('ends a process, with SIGKILL when it ignores SIGTERM', async () => {
  const willing = await startChild('setInterval(() => undefined, 1000)');
  expect(await endProcess(willing.identity, 5000)).toBe(true);
  expect(await willing.exited).toEqual([null, 'SIGTERM']);
  const deaf = await startChild('process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000)');
  expect(await endProcess(deaf.identity, 200)).toBe(true);
  expect(await deaf.exited).toEqual([null, 'SIGKILL']);
  expect(isRunning(deaf.identity)).toBe(false);
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { attachServices } from '../../../src/runtime/services/attach-services.ts';
import { identifyProcess, isRunning } from '../../../src/process-lock/process-identity.ts';
import { connect, startForTest, temporaryDirectory } from '../../fixtures/services/workspace.ts';

interface Owner {
  readonly child: ChildProcess;
  readonly pids: { readonly redis: number; readonly store: number };
  readonly url: string;
}

const HOOKS = fileURLToPath(new URL('../../fixtures/typescript-hooks.mjs', import.meta.url));
const OWNER = fileURLToPath(new URL('../../fixtures/services/owner.ts', import.meta.url));

async function startOwner(directory: string): Promise<Owner> {
  const child = spawn(process.execPath, ['--import', HOOKS, OWNER, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, ...pids } = JSON.parse(line) as { url: string; redis: number; store: number };
  const started = [child.pid ?? 0, pids.redis, pids.store].map(identifyProcess);
  onTestFinished(() => {
    for (const one of started) if (one !== null && isRunning(one)) process.kill(one.pid, 'SIGKILL');
  });
  return { child, pids, url };
}

async function kill(owner: Owner): Promise<void> {
  const exited = once(owner.child, 'exit');
  owner.child.kill('SIGKILL');
  await exited;
}

it('lets other processes find the services while their owner lives, and not after', async () => {
  const directory = temporaryDirectory();
  expect(await attachServices(directory)).toBeNull();
  const owner = await startOwner(directory);
  const attached = await attachServices(directory);
  expect(attached).toMatchObject({
    ownerPid: owner.child.pid,
    redis: { url: owner.url, kind: 'private', pid: owner.pids.redis },
    mongo: { kind: 'embedded', pid: owner.pids.store },
  });
  const exited = once(owner.child, 'exit');
  owner.child.stdin?.end();
  expect(await exited).toEqual([0, null]);
  expect(await attachServices(directory)).toBeNull();
});

/** Kills the shells that end a Redis of this directory together with its owner. */
function killWatchers(directory: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const line = commandLineOf(pid);
    if (line.includes('kill -TERM') && line.includes(directory)) process.kill(Number(pid), 'SIGKILL');
  }
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
  } catch {
    return '';
  }
}

it('leaves no Redis and no store behind when the owner is killed, and no data is lost', async () => {
  const directory = temporaryDirectory();
  const owner = await startOwner(directory);
  await connect(owner.url).set('written by', 'the killed owner');
  await kill(owner);
  await expect.poll(() => identifyProcess(owner.pids.redis)).toBeNull();
  await expect.poll(() => identifyProcess(owner.pids.store)).toBeNull();
  const { services } = await startForTest(directory);
  expect(await connect(services.redis.url).get('written by')).toBe('the killed owner');
});

it('ends the Redis of a killed owner before it starts its own on the same data', async () => {
  const directory = temporaryDirectory();
  const owner = await startOwner(directory);
  await connect(owner.url).set('written by', 'the killed owner');
  const orphan = identifyProcess(owner.pids.redis);
  killWatchers(directory);
  await kill(owner);
  expect(orphan !== null && isRunning(orphan)).toBe(true);
  expect(await attachServices(directory)).toBeNull();

  const { services } = await startForTest(directory);
  expect(identifyProcess(owner.pids.redis)).toBeNull();
  expect(identifyProcess(owner.pids.store)).toBeNull();
  expect(await connect(services.redis.url).get('written by')).toBe('the killed owner');
});

it('recognises the orphan without the record, by its password and directory', async () => {
  const directory = temporaryDirectory();
  const owner = await startOwner(directory);
  killWatchers(directory);
  await kill(owner);
  writeFileSync(join(directory, 'services.json'), '{"torn');
  await startForTest(directory);
  expect(identifyProcess(owner.pids.redis)).toBeNull();
});

it('ends an orphan that ignores SIGTERM', async () => {
  const directory = temporaryDirectory();
  const owner = await startOwner(directory);
  process.kill(owner.pids.redis, 'SIGSTOP');
  await kill(owner);
  await startForTest(directory, { limits: { stopWithinMs: 500 } });
  expect(identifyProcess(owner.pids.redis)).toBeNull();
});

it('never ends an unrelated process with a recorded pid', async () => {
  const directory = temporaryDirectory();
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void bystander.kill('SIGKILL'));
  await once(bystander, 'spawn');
  const recorded = { pid: bystander.pid, startedAt: 'another-boot-1' };
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'services.json'),
    JSON.stringify({ owner: recorded, redis: { kind: 'private', url: 'redis://127.0.0.1:1', process: recorded } }),
  );
  await startForTest(directory);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
});

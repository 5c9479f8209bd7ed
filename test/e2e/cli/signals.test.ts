import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { attachServices } from '../../../src/runtime/services/attach-services.ts';
import { processesNaming, workspace, type Workspace } from './corp-process.ts';

/** Of util-linux: runs a command in a terminal of its own, and closes that when it is killed. */
const TERMINAL = 'script';

/** A small company, so that it starts soon. */
const SMALL = {
  CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '30',
  CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '8',
  CORP_AGENTS__OPTIMIZER__CANDIDATES: '1',
};

/** Starts a company; resolves when it runs. */
async function runningCompany(place: Workspace) {
  const child = place.spawn('start', '--port', '0', '--json');
  await once(createInterface({ input: child.stdout! }), 'line');
  child.stderr!.resume();
  return { child, exited: once(child, 'exit') };
}

interface Status {
  readonly account: string;
  readonly announcedAt: number | string | null;
  readonly state: string;
  readonly agents: { readonly byStatus: Readonly<Record<string, number>> };
}

it('SIGHUP stops the company and its services cleanly; status then says that it is stopped', async () => {
  const place = workspace(SMALL);
  const { child, exited } = await runningCompany(place);
  const { account, announcedAt, ...running } = await place.json<Status>('status');
  expect(running).toMatchObject({ state: 'running', agents: { byStatus: {} } });
  child.kill('SIGHUP');
  expect(await exited).toEqual([0, null]);
  expect(processesNaming(place.directory)).toEqual([]);
  expect(existsSync(join(place.dataDirectory, 'services.json'))).toBe(false);
  expect(await place.json<Status>('status')).toMatchObject({ state: 'stopped', agents: { byStatus: {} } });
  const { stdout } = await place.corp('status');
  expect(stdout).toMatch(/company +simulated, account \S+, stopped/);
  expect(stdout).toMatch(/trading +stopped; ACTIVE at its next start/);
  expect(stdout).toMatch(/agents +none running/);
  // As after a restore: the store is there and says whose it is, and Redis knows no company.
  rmSync(join(place.dataDirectory, 'redis'), { recursive: true });
  expect(await place.json<Status>('status')).toMatchObject({ state: 'stopped', account, announcedAt });
});

it('a killed company leaves no process behind; status says that it is stopped', async () => {
  const place = workspace(SMALL);
  const { child, exited } = await runningCompany(place);
  child.kill('SIGKILL');
  await exited;
  await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  expect(await attachServices(place.dataDirectory)).toBeNull();
  // Its agents have sent heartbeats just now, and its lease has not expired.
  expect(await place.json<Status>('status')).toMatchObject({ state: 'stopped', agents: { byStatus: {} } });
});

it('a company whose terminal is closed stops cleanly', async () => {
  const place = workspace(SMALL);
  if (spawnSync(TERMINAL, ['--version']).error !== undefined) return;
  const child = place.spawnIn(TERMINAL, ['-qfec', `${place.main} start --port 0`, join(place.directory, 'typescript')]);
  for await (const line of createInterface({ input: child.stdout! })) if (line.includes('Ctrl-C')) break;
  child.kill('SIGKILL');
  await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  expect(existsSync(join(place.dataDirectory, 'services.json'))).toBe(false);
  const logs = join(place.directory, 'logs', 'mission-control');
  const lines = readdirSync(logs)
    .map((name) => readFileSync(join(logs, name), 'utf8'))
    .join('');
  expect(lines).toContain('"signal":"SIGHUP"');
});

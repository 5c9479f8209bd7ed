import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type Need } from '../../fixtures/needs.ts';
import { processesNaming, workspace, type Workspace } from './corp-process.ts';

/** Of util-linux: runs a command with mounts of its own, which end with it. */
const UNSHARE = 'unshare';
const NAMESPACE = ['-rm', 'sh', '-c'] as const;
const canMount = spawnSync(UNSHARE, [...NAMESPACE, 'mount -t tmpfs none /mnt']).status === 0;
const needsMounts: Need = {
  isMissing: !canMount,
  title: (name) => (canMount ? name : `${name} (skipped: unshare and mount are not allowed)`),
};

const SMALL = {
  CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '30',
  CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '8',
  CORP_AGENTS__OPTIMIZER__CANDIDATES: '1',
};

/** Starts a company whose `directory` is a disk of `size`; resolves when it runs. */
async function companyOnDisk(place: Workspace, directory: string, size: string, fill = ':') {
  mkdirSync(directory, { recursive: true });
  const script = `mount -t tmpfs -o size=${size} none '${directory}' && ${fill}; exec '${place.main}' start --port 0 --json`;
  const child = place.spawnIn(UNSHARE, [...NAMESPACE, script]);
  const shown = text(child.stderr!);
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  await Promise.race([once(createInterface({ input: child.stdout! }), 'line'), exited]);
  return { child, shown, exited, inside: (path: string) => `/proc/${child.pid}/root${path}` };
}

describe.skipIf(needsMounts.isMissing)(needsMounts.title('a disk that takes nothing'), () => {
  it('full, of the logs: the company runs, stops cleanly, and says it', async () => {
    const place = workspace(SMALL);
    const logs = join(place.directory, 'logs');
    const fill = `{ head -c 1000000 /dev/zero > '${logs}/fill' || true; }`;
    const { child, shown, exited } = await companyOnDisk(place, logs, '64k', fill);
    expect(await place.json('status')).toMatchObject({ state: 'running' });
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await shown).toMatch(/^corp: the log files in .*mission-control cannot be written: ENOSPC/m);
  });

  it('read-only, of the logs: the same', async () => {
    const place = workspace(SMALL);
    const { child, shown, exited } = await companyOnDisk(place, join(place.directory, 'logs'), '64k,ro');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await shown).toMatch(/^corp: the log files in .* cannot be written: /m);
  });

  it('full, of the data: the company ends with 1 and says why', async () => {
    const place = workspace(SMALL);
    const { exited, shown, inside } = await companyOnDisk(place, place.dataDirectory, '100m');
    expect(() => writeFileSync(inside(join(place.dataDirectory, 'fill')), Buffer.alloc(150_000_000))).toThrow(/ENOSPC/);
    expect(await exited).toEqual([1, null]);
    expect(await shown).toMatch(/ERROR corp: stopping: (redis|store) died 5 times in a row/);
    await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  });

  it('full, of the data, before the start: one line and exit code 1', async () => {
    const place = workspace(SMALL);
    const fill = `{ head -c 1000000 /dev/zero > '${place.dataDirectory}/fill' || true; }`;
    const { exited, shown } = await companyOnDisk(place, place.dataDirectory, '64k', fill);
    expect(await exited).toEqual([1, null]);
    expect(await shown).toMatch(/^corp: .*(ENOSPC|no space left)/im);
  });

  it('gone, of the data: the company ends with 1 and says it', async () => {
    const place = workspace(SMALL);
    const { exited, shown, inside } = await companyOnDisk(place, place.dataDirectory, '100m');
    rmSync(inside(join(place.dataDirectory, 'store')), { recursive: true });
    expect(await exited).toEqual([1, null]);
    expect(await shown).toMatch(/ERROR corp: stopping: .* was removed, moved or replaced/);
    await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  });
});

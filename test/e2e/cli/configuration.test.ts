import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { workspace, type Workspace } from './corp-process.ts';

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The one line of a command that must be refused before it opens anything. */
async function refused(place: Workspace, exitCode: number, ...args: string[]): Promise<string> {
  const finished = await place.corp(...args);
  expect(finished).toMatchObject({ exitCode, stdout: '' });
  expect(finished.stderr).toMatch(/^corp: [^\n]+\n$/);
  expect(existsSync(place.dataDirectory)).toBe(false);
  return finished.stderr;
}

it('a busy port is found before services start, with advice that works', async () => {
  const place = workspace();
  const port = String(await takenPort());
  expect(await refused(place, 1, 'start', '--port', port)).toContain(
    `cannot listen on 127.0.0.1:${port}: the port is in use. Choose another port with --port, or api.port`,
  );
  expect(await refused(place, 1, 'coordinator', '--port', port)).toContain('coordinator.port in config/agents.yaml');
});

it('a setting that cannot be used exits 2 in one line', async () => {
  const place = workspace({ CORP_RISK_MAX_ASSET_EXPOSURE: '0.01' });
  expect(await refused(place, 2, 'start')).toContain('the nearest is CORP_RISK__MAX_ASSET_EXPOSURE');
});

it('a data directory that is a file, and a .env that is a directory, exit 2 in one line', async () => {
  const place = workspace();
  writeFileSync(place.dataDirectory, '');
  const { exitCode, stderr } = await place.corp('status');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `corp: environment variable CORP_DATABASE__DATA_DIRECTORY (config/database.yaml): dataDirectory: ${place.dataDirectory} is not a directory; set another directory\n`,
  });
  const other = workspace();
  mkdirSync(join(other.directory, '.env'));
  expect(await refused(other, 2, 'status')).toContain('.env: cannot be read (it is a directory, not a file)');
});

it('private services run below a directory with blanks, quotes, # and Unicode', async () => {
  const name = 'data #1 "x": ü 日本';
  const place = workspace();
  const directory = join(place.directory, name);
  writeFileSync(join(place.directory, '.env'), `CORP_DATABASE__DATA_DIRECTORY='${directory}'\nAPI_TOKEN=\n`);
  const fromFile = workspace({ CORP_DATABASE__DATA_DIRECTORY: '' }, place.directory);
  expect(await fromFile.json<{ items: unknown[] }>('cycles')).toEqual({ items: [] });
  expect(existsSync(join(directory, 'store'))).toBe(true);
  expect(existsSync(join(directory, 'redis'))).toBe(true);
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identifyProcess } from '../../../src/process-lock/process-identity.ts';
import { urlOfEarlierRedis } from '../../../src/runtime/services/private-redis.ts';
import { probeRedis } from '../../../src/runtime/services/probe-redis.ts';
import { ServicesInUseError } from '../../../src/runtime/services/service-error.ts';
import { fakeStoreCommand } from '../../fixtures/services/fake-store.ts';
import { connect, startForTest, temporaryDirectory } from '../../fixtures/services/workspace.ts';

it('leaves no process, lock or record behind', async () => {
  const directory = temporaryDirectory();
  const { services } = await startForTest(directory);
  const pids = [services.redis.pid ?? 0, services.mongo.pid ?? 0];
  expect(pids.map((pid) => identifyProcess(pid)?.pid)).toEqual(pids);
  expect([services.redis.kind, services.mongo.kind]).toEqual(['private', 'embedded']);
  expect(await connect(services.redis.url).ping()).toBe('PONG');

  await Promise.all([services.close(), services.close()]);

  expect(pids.map(identifyProcess)).toEqual([null, null]);
  expect(existsSync(join(directory, 'lock'))).toBe(false);
  expect(existsSync(join(directory, 'services.json'))).toBe(false);
});

it('refuses a second owner in one line that names the first', async () => {
  const directory = temporaryDirectory();
  await startForTest(directory);
  const second = startForTest(directory);
  await expect(second).rejects.toBeInstanceOf(ServicesInUseError);
  await expect(second).rejects.toThrow(`${directory} belongs to the running process ${process.pid}`);
});

it('keeps the data from one start to the next', async () => {
  const directory = temporaryDirectory();
  const first = await startForTest(directory);
  await connect(first.services.redis.url).set('kept', 'yes');
  await first.services.close();
  const second = await startForTest(directory);
  expect(await connect(second.services.redis.url).get('kept')).toBe('yes');
});

it('gives every data directory its own ports', async () => {
  const started = await Promise.all([1, 2, 3].map(async () => startForTest(temporaryDirectory())));
  const ports = started.flatMap(({ services }) =>
    [services.redis.url, services.mongo.url].map((url) => new URL(url).port),
  );
  expect(new Set(ports).size).toBe(6);
});

it('keeps the password out of arguments and logs, and its files private', async () => {
  const directory = temporaryDirectory();
  const { services, log } = await startForTest(directory);
  const { password } = new URL(services.redis.url);
  expect(password).toHaveLength(48);
  const shown = [
    log.text(),
    readFileSync(join(directory, 'redis/redis.log'), 'utf8'),
    execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(services.redis.pid)], { encoding: 'utf8' }),
  ];
  for (const text of shown) expect(text).not.toContain(password);
  for (const file of ['services.json', 'redis/redis.conf', 'redis/redis.log']) {
    expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  }
});

it('runs Redis with every write on disk and nothing evicted', async () => {
  const { services } = await startForTest(temporaryDirectory());
  const redis = connect(services.redis.url);
  const settings = ['appendonly', 'appendfsync', 'maxmemory-policy', 'save', 'bind'];
  const values = await Promise.all(settings.map(async (name) => (await redis.config('GET', name))[1]));
  expect(values).toEqual(['yes', 'always', 'noeviction', '', '127.0.0.1']);
});

it('names what to install when there is no Redis, and releases the directory', async () => {
  const directory = temporaryDirectory();
  const missing = startForTest(directory, { redisBinaries: ['no-such-redis'] });
  await expect(missing).rejects.toMatchObject({ code: 'redis-missing', message: 'No no-such-redis on the PATH' });
  await startForTest(directory);
});

it("stops Redis again when the store does not start, and repeats the store's last output", async () => {
  const directory = temporaryDirectory();
  const embeddedCommand = [process.execPath, '-e', 'console.error("log is damaged at byte 7"); process.exit(3)', '--'];
  const broken = startForTest(directory, { embeddedCommand });
  await expect(broken).rejects.toMatchObject({
    code: 'service-did-not-start',
    message: 'store did not start: exit code 3: log is damaged at byte 7',
  });
  const url = urlOfEarlierRedis(join(directory, 'redis'));
  if (url !== null) await expect(probeRedis(url, 1000)).rejects.toMatchObject({ code: 'redis-unreachable' });
});

it('prefers a mongod on the PATH to the embedded store', async () => {
  const directory = temporaryDirectory();
  const mongod = join(directory, 'mongod');
  const [node, fakeStore] = fakeStoreCommand;
  const script = `#!/bin/sh\n[ "$1" = --version ] && exit 0\nexec "${node}" "${fakeStore}" "$@"\n`;
  writeFileSync(mongod, script, { mode: 0o755 });
  const { services } = await startForTest(join(directory, 'data'), { mongodBinaries: ['no-such-mongod', mongod] });
  expect(services.mongo.kind).toBe('private');
  expect(services.mongo.url).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/\?directConnection=true&journal=true$/);
  const pid = services.mongo.pid ?? 0;
  expect(identifyProcess(pid)?.pid).toBe(pid);
  await services.close();
  expect(identifyProcess(pid)).toBeNull();
});

it('aborts a start on request', async () => {
  const directory = temporaryDirectory();
  const silentStore = [process.execPath, '-e', 'setInterval(() => undefined, 1000)', '--'];
  const asked = new AbortController();
  const start = startForTest(directory, { embeddedCommand: silentStore, signal: asked.signal });
  asked.abort();
  await expect(start).rejects.toMatchObject({ code: 'services-start-aborted' });
  expect(existsSync(join(directory, 'lock'))).toBe(false);
});

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readRegistry } from '../../../src/runtime/services/registry.ts';
import { workspace } from '../cli/corp-process.ts';

const SMALL = {
  CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '30',
  CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '8',
  CORP_AGENTS__OPTIMIZER__CANDIDATES: '1',
};

interface Status {
  readonly state: string;
  readonly marketTime: number;
}

it.each([
  ['Redis', 'redis', 30],
  ['the store', 'mongo', 45],
] as const)('a company outlives %s that is silent', async (_, service, seconds) => {
  const place = workspace(SMALL);
  const child = place.spawn('start', '--port', '0', '--json', '--speed', '3600');
  const said = text(child.stderr!);
  const exited = once(child, 'exit');
  await once(createInterface({ input: child.stdout! }), 'line');
  const marketTime = async (): Promise<number> => (await place.json<Status>('status')).marketTime;
  const start = await marketTime();
  await expect.poll(marketTime).toBeGreaterThan(start);
  const pid = readRegistry(place.dataDirectory)?.[service]?.process?.pid;
  process.kill(pid!, 'SIGSTOP');
  // The length of the silence is what is tested.
  await delay(seconds * 1000);
  process.kill(pid!, 'SIGCONT');
  expect(child.exitCode).toBeNull();
  const after = await marketTime();
  await expect.poll(marketTime, { timeout: 120_000 }).toBeGreaterThan(after);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  // By the feed, or by the heartbeat while the feed waits for an agent.
  if (service === 'mongo') expect(await said).toContain('waiting for Redis and the store');
});

import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ChildProcess } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { readRegistry } from '../../../src/runtime/services/registry.ts';
import { processesNaming, workspace, type Workspace } from './corp-process.ts';

const SMALL = {
  CORP_EXCHANGE__SIMULATED__HISTORY_DAYS: '30',
  CORP_AGENTS__GENERATOR__SPECS_PER_CYCLE: '8',
  CORP_AGENTS__OPTIMIZER__CANDIDATES: '1',
};

/** A long-running command, and the lines of its standard error. */
interface Long {
  readonly child: ChildProcess;
  /** Resolves with the next line that contains the text. */
  readonly line: (text: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

function long(place: Workspace, ...args: string[]): Long {
  const child = place.spawn(...args);
  child.stdout!.resume();
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr! });
  reader.on('line', (line) => lines.push(line));
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  onTestFinished(async () => {
    await end();
    await expect.poll(() => processesNaming(place.directory)).toEqual([]);
  });
  return {
    child,
    end,
    async line(text) {
      for (;;) {
        const index = lines.findIndex((line) => line.includes(text));
        if (index !== -1) return lines.splice(0, index + 1).at(-1)!;
        await once(reader, 'line');
      }
    },
  };
}

it('a node waits for a company that restarts, and goes on; one with another store or secret is refused', async () => {
  const place = workspace(SMALL);
  const node = long(place, 'node', '--queues', 'worker-manager');
  await node.line('no company runs with the data directory');
  const start = ['start', '--port', '0', '--speed', '1'];
  const first = long(place, ...start);
  await node.line('serves worker-manager');
  await first.end();
  await node.line('the node waits for its company');
  const second = long(place, ...start);
  await node.line('serves worker-manager');
  expect(node.child.exitCode).toBeNull();

  // Beside a company whose store is embedded: only its Redis is named.
  const redisUrl = readRegistry(place.dataDirectory)?.redis?.url;
  const beside = workspace({ REDIS_URL: redisUrl! });
  expect(await beside.corp('node', '--queues', 'all')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(
      /^[^\n]*corp: MONGO_URL is not set, and no company runs with the data directory [^\n]*\n$/,
    ) as string,
  });
  expect(readRegistry(beside.dataDirectory)).toBeNull();

  const mongoUrl = readRegistry(place.dataDirectory)?.mongo?.url;
  const urls = { REDIS_URL: redisUrl!, MONGO_URL: mongoUrl! };
  const unsigned = await workspace(urls).corp('node', '--queues', 'trader');
  expect(unsigned).toMatchObject({ exitCode: 1 });
  expect(unsigned.stderr).toMatch(/^corp: this process serves risk-manager and trader, but has no signing secret\. /);
  const forged = workspace({ ...urls, APPROVAL_SECRET: 'another one, with enough characters in it' });
  expect((await forged.corp('node', '--queues', 'trader')).stderr).toMatch(/but has another signing secret than/);

  const other = workspace();
  cpSync(join(place.dataDirectory, 'approval-secret'), join(other.dataDirectory, 'approval-secret'));
  const foreign = long(other, 'start', '--roles', 'services');
  await expect.poll(() => readRegistry(other.dataDirectory)?.mongo?.url).toBeDefined();
  const elsewhere = workspace({ REDIS_URL: redisUrl!, MONGO_URL: readRegistry(other.dataDirectory)!.mongo!.url! });
  expect((await elsewhere.corp('node', '--queues', 'backtest')).stderr).toMatch(
    /corp: the store of this process is not that of the company of paper-simulated-18\. Set MONGO_URL/,
  );
  await Promise.all([foreign.end(), second.end(), node.end()]);
  expect(node.child.exitCode).toBe(0);
});

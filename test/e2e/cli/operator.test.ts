import { on, once } from 'node:events';
import { mkdirSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { verifyAudit } from '../../../src/cli/commands/audit.ts';
import { createIo } from '../../../src/cli/output/io.ts';
import { withContext } from '../../../src/cli/process/open-context.ts';
import { announceCompany, type CompanyDescriptor } from '../../../src/runtime/company-descriptor.ts';
import { identifyProcess } from '../../../src/process-lock/process-identity.ts';
import { startNode } from '../../../src/runtime/node.ts';
import { type AppContext } from '../../../src/runtime/context.ts';
import { intent, order, verdict } from '../../contract/stores/samples.ts';
import { FAMILY_EXAMPLE } from '../../fixtures/strategy-sample.ts';
import { forwardedUnit } from '../../contract/forwarding.contract.ts';
import { workspace, type Workspace } from './corp-process.ts';

interface Status {
  readonly trading: { readonly state: string; readonly setBy: string; readonly reason: string } | null;
  readonly services: { readonly origin: string };
  readonly agents: { readonly total: number };
}

/** Announces a company in the workspace, and keeps its context open until `use` ends. */
async function withNewCompany<T>(
  { environment, directory }: Workspace,
  use: (context: AppContext) => Promise<T>,
): Promise<T> {
  const descriptor: CompanyDescriptor = {
    mode: 'replay',
    account: 'paper-test',
    source: 'test',
    announcedAt: Date.now(),
    announcedBy: identifyProcess(process.pid)!,
  };
  const silent = new PassThrough().resume();
  const io = createIo({ stdout: silent, stderr: silent }, { environment, cwd: directory });
  const announce = async (config: AppContext['config'], redisUrl: string): Promise<CompanyDescriptor> => {
    await announceCompany(redisUrl, config.database.namespace, descriptor);
    return descriptor;
  };
  return withContext(io, announce, async (context) => {
    await context.meta.keepCompany(descriptor);
    await context.stores.feed.advance({ source: 'test', now: Date.UTC(2026, 0, 1), updatedAt: Date.now() });
    return use(context);
  });
}

describe('corp audit explain', () => {
  it('tells of an order, finds it by its first digits, and says why a signal did not trade', async () => {
    const place = workspace();
    await withNewCompany(place, async ({ stores }) => {
      const account = 'paper-test';
      await stores.intents.addMany([intent(account, 'bc-12345'), intent(account, 'bc-67890')]);
      await stores.intents.recordVerdict(account, verdict('bc-12345'), 1);
      const veto = verdict('bc-67890', { decision: 'veto', reasons: [{ code: 'halted', text: 'trading is HALTED' }] });
      await stores.intents.recordVerdict(account, veto, 1);
      await stores.orders.insert(order(account, 'bc-12345', { state: 'open' }));
      await stores.strategies.addMany([{ ...FAMILY_EXAMPLE.strategy, hash: 's' }]);
      const story = await place.json<{ id: string; events: { step: string }[] }>('audit', 'explain', 'bc-1');
      expect(story).toMatchObject({ kind: 'order', id: 'bc-12345', outcome: 'open: nothing of 0.01 filled' });
      expect(story.events.map(({ step }) => step)).toEqual(['order', 'signal', 'approved']);
      const { items } = await place.json<{ items: { outcome: string }[] }>('strategies', 'explain', 's', '--signals');
      expect(items.map(({ outcome }) => outcome).sort()).toEqual([
        'not traded: vetoed, trading is HALTED',
        'open: nothing of 0.01 filled',
      ]);
      const missing = await place.corp('audit', 'explain', 'nothing');
      expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
      expect(missing.stderr).toMatch(/^corp: nothing is stored under 'nothing' in account paper-test\. /);
      expect((await place.corp('audit', 'explain', 'bc-1')).stdout).toContain('order bc-12345');
    });
  });
});

describe('corp forwarded', () => {
  it('lists forwarded searches, newest first, and those with an unclear outcome', async () => {
    const place = workspace();
    await withNewCompany(place, async ({ stores }) => {
      await stores.forwarding.addMany([
        forwardedUnit('made', { plannedAt: 1, state: 'done', doneBy: 'remote', endedAt: 9 }),
        forwardedUnit('lost', { plannedAt: 2, state: 'unknown', reason: '1 units were made since' }),
        forwardedUnit('late', { plannedAt: 3, state: 'done', doneBy: 'local', mayExist: true, endedAt: 9 }),
      ]);
      const idsOf = async (...options: string[]): Promise<string[]> =>
        (await place.json<{ items: { id: string }[] }>('forwarded', ...options)).items.map(({ id }) => id);
      expect(await idsOf()).toEqual(['late', 'lost', 'made']);
      expect(await idsOf('--unclear')).toEqual(['lost', 'late']);
      const { stdout } = await place.corp('forwarded', '--limit', '2');
      expect(stdout).toMatch(/lost +unknown .*1 units were made since/);
      expect(stdout).not.toMatch(/made +done/);
    });
  });
});

describe('trading states', () => {
  it('can be set while no agent runs, persist until changed, and are audited', async () => {
    const place = workspace();
    await withNewCompany(place, async () => undefined);
    expect(await place.corp('halt', '--reason', 'a test')).toEqual({
      exitCode: 0,
      stdout: 'paper-test: trading goes from ACTIVE to HALTED: a test\n',
      stderr: '',
    });
    await withNewCompany(place, async ({ stores }) => {
      expect(await place.json<Status>('status')).toMatchObject({
        trading: { state: 'HALTED', setBy: 'operator', reason: 'a test' },
        services: { origin: 'running' },
        agents: { total: 0 },
      });
      const flattened = await place.corp('flatten', '--reason', 'out');
      expect(flattened).toMatchObject({ exitCode: 1, stdout: '' });
      expect(flattened.stderr).toMatch(
        /^corp: no trader is running: the request is stored, nothing is closed yet. Trading is HALTED until corp resume.[^\n]*\n$/,
      );
      const flatten = async () => (await stores.riskState.get('paper-test'))?.flatten;
      expect(await flatten()).toMatchObject({ by: 'operator', reason: 'out' });
      expect(await place.json('resume', '--reason', 'over')).toMatchObject({ state: 'ACTIVE', changed: true });
      expect(await flatten()).toBeUndefined();
      expect(await verifyAudit(stores.audit)).toMatchObject({ records: 3, fault: null });
      expect(await stores.agentStates.list()).toEqual([]);
    });
  });

  it('are set by the risk manager of a running company', async () => {
    const place = workspace();
    await withNewCompany(place, async (context) => {
      const node = await startNode(context, { queues: ['risk-manager', 'trader'] });
      expect(await place.json('reduce', '--reason', 'a test')).toMatchObject({ state: 'REDUCING', changed: true });
      expect((await context.stores.riskState.get('paper-test'))?.tradingState).toBe('REDUCING');
      expect((await place.corp('flatten', '--reason', 'out')).stdout).toBe(
        'paper-test: no open position. Trading is REDUCING until corp resume.\n',
      );
      expect((await place.corp('orders')).stdout).toBe('No orders.\n');
      await node.close(1000);
    });
  });

  it('are shown of a company that was restored from its store alone, and change there', async () => {
    const place = workspace();
    await withNewCompany(place, async () => undefined);
    rmSync(join(place.dataDirectory, 'redis'), { recursive: true });
    expect((await place.corp('halt', '--reason', 'restored')).stdout).toMatch(/^paper-test: trading goes from ACTIVE/);
    expect(await place.json('status')).toMatchObject({ account: 'paper-test', state: 'stopped' });
  });

  it('cannot be set without a company', async () => {
    const { exitCode, stdout, stderr } = await workspace().corp('halt', '--reason', 'a test');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^corp: no company is known to this store[^\n]*\n$/);
  });
});

it('an interrupted command stops the services it has started and exits 130', async () => {
  const place = workspace();
  mkdirSync(place.dataDirectory);
  const watcher = watch(place.dataDirectory);
  const child = place.spawn('status');
  const finished = Promise.all([text(child.stdout!), once(child, 'exit')]);
  for await (const [, name] of on(watcher, 'change')) if (name === 'services.json') break;
  watcher.close();
  child.kill('SIGINT');
  const [stdout] = await finished;
  expect({ stdout, exitCode: child.exitCode }).toEqual({ stdout: '', exitCode: 130 });
});

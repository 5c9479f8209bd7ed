import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { forwardedUnit } from '../../contract/forwarding.contract.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { createMemoryForwarding } from '../../fixtures/memory-forwarding.ts';
import { call } from '../../fixtures/http-call.ts';
import {
  clientOf,
  fixedEngine,
  createForwardQueue,
  GENOME,
  REPORT,
} from '../processors/backtest/forward/forward-fixture.ts';
import { manualClock } from '../processors/agent/agent-fixture.ts';

const DAY_MS = 86_400_000;
let server: TestCoordinator | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** One worker takes a unit and sends this report. */
async function workOnce(url: string, workerId: string, report: object): Promise<number | null> {
  const { json } = await call(`${url}/api/get_work?worker_id=${workerId}`);
  const { work_id: workId } = json as { work_id: number | null };
  if (workId === null) return null;
  await call(`${url}/api/submit_result`, {
    method: 'POST',
    body: { ...report, work_id: workId, worker_id: workerId },
  });
  return workId;
}

describe('the Bittrading Corp coordinator', () => {
  it('creates a unit once for repeated requests, and returns its reports', async () => {
    const clock = manualClock();
    server = await startTestCoordinator({ clock });
    const client = clientOf(server.url, clock);
    const { order } = forwardedUnit('c1.u0');
    const bookmark = await client.bookmark();
    const first = await client.create(order);
    // A process that crashed between request and write repeats the request.
    expect(await client.find(order, bookmark)).toEqual({ kind: 'absent' });
    expect(await client.create(order)).toEqual(first);
    expect(first.kind).toBe('created');
    const remoteId = first.kind === 'created' ? first.remoteId : 0;
    expect(await server.stores.units.list({ limit: 10 })).toHaveLength(1);

    const placed = { remoteId, order, bookmark };
    expect(await client.look(placed)).toEqual({
      state: 'open',
      reason: '',
      waitsFor: '0 of 2 results there; no worker has leased the next',
      reports: [],
    });
    await workOnce(server.url, 'a_Linux_W1', REPORT);
    await workOnce(server.url, 'b_Linux_W1', { ...REPORT, pnl: 99 });
    const done = await client.look(placed);
    expect(done.state).toBe('completed');
    expect(done.reports.map(({ workerId, verdict, fields }) => [workerId, verdict, fields.pnl])).toEqual([
      ['a_Linux_W1', 'accepted', 120.5],
      ['b_Linux_W1', 'accepted', 99],
    ]);
    expect(JSON.parse(done.reports[0]?.fields.strategy_genome ?? 'null')).toEqual(GENOME);
    expect(await client.look({ ...placed, remoteId: 77 })).toMatchObject({ state: 'gone' });
    expect(await client.look({ ...placed, order: { ...order, key: 'other' } })).toMatchObject({ state: 'gone' });
  });

  it('explains a refusal, and cancels a unit', async () => {
    const clock = manualClock();
    server = await startTestCoordinator({ clock });
    const client = clientOf(server.url, clock);
    const { order } = forwardedUnit('c1.u0');
    const odd = await client.create({ ...order, params: { ...order.params, max_candles: 'odd' } });
    expect(odd.kind === 'refused' && odd.reason).toMatch(/max_candles/);
    const made = await client.create(order);
    const conflict = await client.create({ ...order, params: { ...order.params, generations: 11 } });
    expect(conflict).toMatchObject({ kind: 'refused' });
    const remoteId = made.kind === 'created' ? made.remoteId : 0;
    const placed = { remoteId, order, bookmark: await client.bookmark() };
    expect(await client.cancel(placed)).toBe(true);
    expect(await client.look(placed)).toMatchObject({ state: 'cancelled' });
    expect(await client.cancel({ ...placed, remoteId: 99 })).toBe(false);
  });

  it('returns verified genomes as candidates, and nothing that cannot be recomputed', async () => {
    const clock = manualClock();
    server = await startTestCoordinator({ clock });
    const forwarding = createMemoryForwarding();
    const unit = forwardedUnit('c1.u0', { deadlineAt: clock.now() + DAY_MS });
    await forwarding.addMany([unit]);
    const engine = fixedEngine();
    const coordinator = clientOf(server.url, clock);
    const forwardQueue = createForwardQueue({ forwarding, engine, clock, coordinator });
    const running = forwardQueue.run(['c1.u0']);
    // The test clock jumps, while the workers run in real time.
    let reported = 0;
    for (let asked = 0; reported < 2; asked += 1) {
      const report = reported === 0 ? REPORT : { ...REPORT, pnl: 1 };
      if ((await workOnce(server.url, `h${asked}_Linux_W1`, report)) !== null) reported += 1;
    }
    const [ended] = await running;
    expect(ended).toMatchObject({ state: 'done', doneBy: 'remote', mayExist: false });
    expect(ended?.reports.map(({ verification, note }) => [verification, note])).toEqual([
      ['verified', expect.any(String)],
      ['disagrees', 'pnl is 1, 120.5 was computed'],
    ]);
    expect(forwardQueue.strategies.size).toBe(1);
    for (const row of forwardQueue.strategies.values()) {
      expect(row).toMatchObject({ origin: 'remote', family: 'imported', state: 'candidate', symbol: unit.symbol });
    }
  });
});

describe('the server at the address', () => {
  const answering = async (status: number, body: string): Promise<{ url: string; close(): Promise<void> }> => {
    const http = createServer((_, response) => response.writeHead(status).end(body));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return {
      url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      async close() {
        http.closeAllConnections();
        http.close();
        await once(http, 'close');
      },
    };
  };

  it.each([
    [200, '<html>a web page</html>', 'coordinator-unknown'],
    [200, '{"server":"bittrading-corp","protocol":9}', 'coordinator-unknown'],
    [404, '<html>nothing here</html>', 'coordinator-unknown'],
    [503, 'later', 'coordinator-away'],
  ])('with %i %s is not a Bittrading Corp coordinator: %s', async (status, body, code) => {
    const clock = manualClock();
    const http = await answering(status, body);
    const asked = clientOf(http.url, clock).bookmark();
    await expect(asked).rejects.toThrow(AppError);
    await expect(asked).rejects.toMatchObject({ code });
    await http.close();
  });
});

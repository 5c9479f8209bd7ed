import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { FIELD_NAMES } from '../../../src/domain/fleet/reported-fields.ts';
import { search, single } from '../../fixtures/fleet/open-fleet.ts';
import { startTestCoordinator, type TestCoordinator } from '../../fixtures/fleet/test-coordinator.ts';
import { ROOT_REPORT } from '../../unit/fleet/fleet-fixture.ts';
import { openTemporaryStore, type TemporaryStore } from '../stores/temporary-store.ts';

/** Sends `numRuns` random reports, requests and queries each; no answer has status 500. */
export function describeHostileRequests(numRuns: number): void {
  const A = 'a_Linux_W1';
  const JSON_TYPE = { 'content-type': 'application/json' };

  let server: TestCoordinator;
  let store: TemporaryStore;
  // Uses the real stores: values that cannot be stored must be refused before.
  beforeAll(async () => {
    store = await openTemporaryStore();
    const stores = createMongoFleetStores(await store.connect());
    await stores.ensureIndexes();
    server = await startTestCoordinator({ stores });
    await server.fleet.createUnits([search({ replicas: 5 }), single({ replicas: 5 })]);
    await server.ask(A);
    await server.ask(A);
  });
  afterAll(async () => {
    await server?.stop();
    await store?.close();
  });

  const post = async (path: string, body: string): Promise<number> => {
    const answer = await server.call(path, { method: 'POST', headers: JSON_TYPE, body });
    // Every answer is JSON.
    expect(answer.json).toBeTypeOf('object');
    return answer.status;
  };

  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(1, 2, '1', '2', A, 1e308, -1e308, 2 ** 60, '', ' ', '\u0000', '\ud800', '__proto__', '$set', 'a.b'),
  );
  const named = fc.dictionary(
    fc.oneof(fc.constantFrom('work_id', 'worker_id', 'spec_results', ...FIELD_NAMES), fc.string()),
    anything,
  );
  const mixed = fc.tuple(
    fc.constantFrom({}, { work_id: 1, worker_id: A }, { ...ROOT_REPORT, work_id: 2, worker_id: A }),
    named,
  );
  /** Truncated or repeated documents, or documents with Python's non-JSON numbers. */
  const mangled = fc
    .tuple(mixed, fc.nat(400), fc.constantFrom('', 'NaN', '}', ',', '"', '\\', 'Infinity', '\u0001'))
    .map(([[base, more], at, piece]) => {
      const text = JSON.stringify({ ...base, ...more });
      return text.slice(0, at) + piece + text.slice(at);
    });

  it('no report is answered with 500', async () => {
    await fc.assert(
      fc.asyncProperty(mixed, async ([base, more]) => {
        expect([200, 400]).toContain(await post('/api/submit_result', JSON.stringify({ ...base, ...more })));
      }),
      { numRuns },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(mangled, fc.string(), fc.json()), async (text) => {
        expect([200, 400]).toContain(await post('/api/submit_result', text));
      }),
      { numRuns },
    );
    expect((await server.call('/api/work_units/1')).status).toBe(200);
    expect((await server.call('/api/results/all?limit=-1')).status).toBe(200);
    expect((await server.call('/api/orphans?limit=1000')).status).toBe(200);
  });

  it('no request for a unit or a control is answered with 500', async () => {
    const paths = [
      '/api/work_units',
      '/api/work_units/batch',
      '/api/work_units/1/cancel',
      '/api/shutdown_worker',
      '/api/worker_limits',
      `/api/workers/${A}/quarantine`,
    ];
    const request = fc.record(
      {
        kind: fc.oneof(fc.constantFrom('genetic', 'evaluate', 'specs'), anything),
        strategy_params: fc.dictionary(
          fc.constantFrom(
            'data_file',
            'population_size',
            'seed_genomes',
            'specs',
            'window',
            'market',
            'timeframe',
            'x',
          ),
          anything,
        ),
        key: anything,
        replicas: anything,
        work_units: fc.array(anything, { maxLength: 3 }),
        hostname: anything,
        keep: anything,
        reason: anything,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(request, anything), async (path, body) => {
        expect(await post(path, JSON.stringify(body))).toBeLessThan(500);
      }),
      { numRuns },
    );
  });

  it('no query is answered with 500', async () => {
    const paths = [
      '/api/get_work',
      '/api/results',
      '/api/results/all',
      '/api/work_units',
      '/api/orphans',
      '/api/status',
    ];
    const query = fc.dictionary(
      fc.constantFrom('worker_id', 'accepts', 'limit', 'overfitted', 'min_pnl', 'min_sharpe', 'state', 'after', 'x[y]'),
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.integer().map(String),
        fc.constantFrom('-1', '1e99', 'NaN', '%', ''),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        query,
        fc.constantFrom('', '&worker_id=b&worker_id=c&%'),
        async (path, of, more) => {
          const { status, json } = await server.call(`${path}?${new URLSearchParams(of).toString()}${more}`);
          expect(status).toBeLessThan(500);
          expect(json).toBeTypeOf('object');
        },
      ),
      { numRuns },
    );
  });
}

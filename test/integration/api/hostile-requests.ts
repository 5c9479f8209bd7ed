import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBrake } from '../../../processors/risk-manager/brake.ts';
import { createMongoStores } from '../../../src/adapters/mongo/stores.ts';
import { openRiskState } from '../../../src/domain/risk/trading-state.ts';
import { type RiskStates } from '../../../src/ports/risk-states.ts';
import { ACCOUNT, startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { call } from '../../fixtures/http-call.ts';
import { openTemporaryStore, type TemporaryStore } from '../stores/temporary-store.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: Schema;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly type: string;
}

const AT_ONCE = 8;
/** At most, on average. */
const MS_PER_REQUEST = 100;
/** It answers without end. */
const STREAM = '/api/events';

const TEXTS = ['', ' ', '\u0000', '\ud800', '__proto__', 'constructor', '$where', 'a.b', '../..', '%', 'wait', '-1'];
const NUMBERS = [0, -1, 1, 0.5, 1e308, -1e308, 2 ** 53, 2 ** 31];

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS, ...NUMBERS, null, true, [], {}, [[]], { $gt: '' }, 'x'.repeat(3000)),
  fc.jsonValue({ maxDepth: 3 }),
);

/** What the schema allows, roughly: enough to come past its first checks. */
function like(schema: Schema, all: Schema, depth = 0): fc.Arbitrary<unknown> {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = (all as Record<string, Schema>)[reference.replace('#/components/schemas/', '')] ?? {};
    return like(target, all, depth + 1);
  }
  const variants = (schema['oneOf'] ?? schema['anyOf']) as readonly Schema[] | undefined;
  if (depth > 6) return hostile;
  if (variants) return fc.oneof(...variants.map((each) => like(each, all, depth + 1)));
  if ('const' in schema) return fc.constant(schema['const']);
  const values = schema['enum'] as readonly unknown[] | undefined;
  if (values) return fc.constantFrom(...values);
  switch (schema['type']) {
    case 'object': {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
      const fields = properties.map(([name, each]): [string, fc.Arbitrary<unknown>] => [
        name,
        fc.oneof({ weight: 4, arbitrary: like(each, all, depth + 1) }, { weight: 1, arbitrary: hostile }),
      ]);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    }
    case 'array':
      return fc.array(like((schema['items'] ?? {}) as Schema, all, depth + 1), { maxLength: 4 });
    case 'integer':
      return fc.oneof(fc.nat(2000), fc.constantFrom(0, 1, 1_767_600_000_000));
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.oneof(fc.constantFrom('BTC-USD', '1h', ACCOUNT, 'f'.repeat(64), 'x'), fc.string());
    default:
      return hostile;
  }
}

/** The request that adds jobs has a variant for each job, named after its queue: one operation for each. */
function perQueue(operation: Operation): readonly Operation[] {
  const variants = operation.body?.['oneOf'] as readonly Schema[] | undefined;
  if (!operation.path.includes('{queue}') || !variants) return [operation];
  return variants.map((body) => ({
    ...operation,
    path: operation.path.replace('{queue}', String(body['title']).split(':')[0]!),
    parameters: [],
    body,
  }));
}

function operationsOf(document: Schema): readonly Operation[] {
  const paths = document['paths'] as Record<string, Record<string, Schema>>;
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const content = operation['requestBody'] as
          { readonly content: { readonly 'application/json': { readonly schema: Schema } } } | undefined;
        return {
          method: method.toUpperCase(),
          path,
          parameters: (operation['parameters'] ?? []) as readonly Parameter[],
          body: content?.content['application/json'].schema,
        };
      }),
    )
    .flatMap((operation) => [operation, ...perQueue(operation)]);
}

/** URLs cannot carry a lone surrogate. */
const inUrl = (value: unknown): string => encodeURIComponent(String(value).replaceAll(/\p{Surrogate}/gu, '?'));

function requestFor({ method, path, parameters, body }: Operation, all: Schema): fc.Arbitrary<HostileRequest> {
  const valueOf = ({ schema }: Parameter) =>
    fc.oneof(like(schema, all), fc.constantFrom<unknown>(...TEXTS, ...NUMBERS), fc.string());
  const inPath = parameters.filter((each) => each.in === 'path');
  const inQuery = parameters.filter((each) => each.in === 'query');
  const json = fc
    .oneof({ weight: 6, arbitrary: body ? like(body, all) : hostile }, { weight: 1, arbitrary: hostile })
    .map((value) => JSON.stringify(value));
  // Truncated and repeated documents, and numbers that JSON does not have.
  const mangled = fc
    .tuple(json, fc.nat(200), fc.constantFrom('NaN', '}', ',', '"', '\\', '1e400', '\u0001', '{"a":'))
    .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at));
  return fc
    .record({
      values: fc.tuple(...inPath.map(valueOf)),
      query: fc.tuple(...inQuery.map((each) => fc.option(valueOf(each), { nil: undefined }))),
      more: fc.constantFrom('', '&limit=1&limit=2', '&x[y]=1', '&%'),
      body: body || method === 'POST' ? fc.oneof({ weight: 4, arbitrary: json }, mangled) : fc.constant(undefined),
      type: fc.constantFrom(
        'application/json',
        'application/json',
        'application/json',
        'text/plain',
        'application/xml',
      ),
    })
    .map(({ values, query, more, ...rest }) => {
      const filled = inPath.reduce((text, { name }, i) => text.replace(`{${name}}`, inUrl(values[i])), path);
      const pairs = inQuery.flatMap(({ name }, i) => (query[i] === undefined ? [] : [`${name}=${inUrl(query[i])}`]));
      return { method, path: `${filled}?${pairs.join('&')}${more}`, ...rest };
    });
}

/** Requests made from the OpenAPI document, by and against its schemas: every answer is below 500, and JSON where it is an error. */
export function describeHostileRequests(count: number): void {
  let api: TestApi;
  let store: TemporaryStore;
  beforeAll(async () => {
    // The real stores: what cannot be stored must be refused before.
    store = await openTemporaryStore();
    const stores = createMongoStores(await store.connect());
    await stores.ensureIndexes();
    const opened = openRiskState({ account: ACCOUNT, time: 1, equity: 1000, cash: 1000, exposure: 0 });
    await stores.riskState.save(opened, 0);
    await stores.feed.advance({ source: 'test', now: Date.UTC(2026, 0, 5, 13), updatedAt: 1 });
    const riskStates: RiskStates = {
      read: async () => (await stores.riskState.get(ACCOUNT))!,
      own: async () => (await stores.riskState.get(ACCOUNT))!,
      async change(account, step) {
        const before = (await stores.riskState.get(account))!;
        const answer = step(before);
        if (answer.state !== before) await stores.riskState.save(answer.state, before.version);
        return answer;
      },
    };
    const clock = { now: () => Date.now() };
    const data = { now: async () => Date.UTC(2026, 0, 5, 13) };
    api = await startTestApi({
      stores,
      brake: (request) => createBrake({ account: ACCOUNT, stores, riskStates, data, clock, queues: api })(request),
    });
  });
  afterAll(async () => {
    await api?.stop();
    await store?.close();
  });

  const limits = { timeout: 60_000 + count * MS_PER_REQUEST };

  it(`no answer to ${count} requests is an internal error`, limits, async () => {
    const document = (await call(`${api.url}/api/openapi.json`)).json as Schema;
    const all = (document['components'] as Schema)['schemas'] as Schema;
    const operations = operationsOf(document).filter(({ path }) => path !== STREAM);
    expect(operations.length).toBeGreaterThan(20);
    const requests = fc.sample(fc.oneof(...operations.map((operation) => requestFor(operation, all))), count);
    const statuses = new Map<number, number>();
    const waiting = requests.values();
    const send = async (): Promise<void> => {
      for (const { method, path, body, type } of waiting) {
        const headers = body === undefined ? {} : { 'content-type': type };
        const answer = await call(`${api.url}${path}`, { method, headers, ...(body !== undefined && { body }) });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const sent = `${method} ${path} ${body ?? ''} -> ${answer.status} ${answer.text}`;
        expect(answer.status, sent).toBeLessThan(500);
        if (answer.status >= 400)
          expect((answer.json as { error: { code: string } }).error.code, sent).toMatch(/^[a-z-]+$/);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    // Some came through: a server that refuses everything would prove nothing.
    expect(statuses.get(200)).toBeGreaterThan(0);
    const body = { name: 'census', data: {} };
    expect((await call(`${api.url}/api/jobs/worker-manager`, { method: 'POST', body })).status).toBe(202);
    expect((await call(`${api.url}/api/queues`)).status).toBe(200);
  });
}

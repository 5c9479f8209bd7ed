import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { strategyOf } from '../../../src/domain/strategies/strategy.ts';
import { ACCOUNT, startTestApi, type TestApi } from '../../fixtures/api-server.ts';
import { call, type Answer } from '../../fixtures/http-call.ts';

const SPEC = JSON.parse(readFileSync('examples/trend-following.json', 'utf8')) as object;
const OWN = { spec: SPEC, market: 'BTC-USD', timeframe: '1h' };

describe('own strategies over the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  const post = (path: string, body: unknown): Promise<Answer> => call(`${api.url}${path}`, { method: 'POST', body });
  const payloadOf = async ({ json }: Answer): Promise<unknown> => {
    const { jobId } = json as { readonly jobId: string };
    const job = await api.producer.queue('strategy-selector').getJob(jobId);
    return { name: job?.name, ...(job?.data as { readonly payload: object }).payload };
  };

  it.each([
    ['incubate unless more is asked for', {}, { state: 'incubating', managed: false }],
    ['trade unproven for who says so', { active: true, unproven: true }, { state: 'active', managed: false }],
    ['may be left to the selector', { managed: true }, { state: 'incubating', managed: true }],
  ])('%s', async (_, more, wanted) => {
    const answer = await post('/api/strategies', { ...OWN, ...more });
    expect(answer.status).toBe(202);
    expect(await payloadOf(answer)).toMatchObject({
      name: 'add-strategy',
      account: ACCOUNT,
      symbol: 'BTC-USD',
      ...wanted,
    });
  });

  it.each([
    ['active without a word about proof', { active: true }, 'unproven'],
    ['unproven without active', { unproven: true }, 'unproven'],
    ['a spec with a fault', { spec: { ...SPEC, side: 'up' } }, 'spec.side'],
    ['a market that is none', { market: 'btc' }, 'market'],
    ['a field that there is not', { account: 'other' }, 'account'],
  ])('%s is refused', async (_, more, field) => {
    const answer = await post('/api/strategies', { ...OWN, ...more });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json)).toContain(field);
  });

  it('are retired with a reason', async () => {
    const path = `/api/strategies/${'a'.repeat(64)}/retire`;
    expect(await post(path, { reason: 'enough' })).toMatchObject({
      status: 404,
      json: { error: { code: 'unknown-strategy' } },
    });
    const draft = {
      hash: 'a'.repeat(64),
      spec: SPEC as StrategySpec,
      family: 'trend-following',
      parameters: {},
    } as const;
    api.rows.strategies.push(strategyOf({ ...draft, origin: 'operator' }, 0));
    const answer = await post(path, { reason: 'enough', market: 'BTC-USD' });
    expect(answer.status).toBe(202);
    expect(await payloadOf(answer)).toEqual({
      name: 'retire-strategy',
      account: ACCOUNT,
      strategyHash: 'a'.repeat(64),
      reason: 'enough',
      symbol: 'BTC-USD',
    });
    expect((await post(path, {})).status).toBe(400);
    expect((await post('/api/strategies/abc/retire', { reason: 'enough' })).status).toBe(400);
  });
});

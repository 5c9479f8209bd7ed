import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

it('the first review of an account opens it, and needs no second attempt', () =>
  withMoneyAgents(testEnvironment, async (agents) => {
    const { context } = agents;
    await agents.approved(entryIntent(context, 'AAA-USD', 's1'));
    const jobs = await context.producer.queue('risk-manager').getJobs(['completed', 'failed']);
    expect(jobs.map(({ name, attemptsMade }) => [name, attemptsMade])).toEqual([['review', 1]]);
  }));

import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyChain } from '../../../src/domain/audit/chain.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

it('the chain reaches from the signal to the fill, and each decision has the risk state in which it was made', () =>
  withMoneyAgents(testEnvironment, async (agents) => {
    const { context, ask } = agents;
    const { id, intentId } = await agents.approved(entryIntent(context, 'AAA-USD', 's1'));
    await agents.execute(id);
    await agents.pass();
    await agents.setState('HALTED');
    await agents.review(entryIntent(context, 'BBB-USD', 's1'));
    const { jobId } = await ask('risk-manager', 'flatten', { account: ACCOUNT, by: 'operator', reason: 'out' });
    await agents.ended('trader', jobId);

    const records = await context.stores.audit.read(1, 1000);
    expect(verifyChain(records, null)).toBeNull();
    const seen = records.map(({ actor, action, data }) => {
      const risk = data['risk'] as { tradingState: string; setBy: string; version: number } | undefined;
      return `${actor} ${action}${risk ? `: ${risk.tradingState} by ${risk.setBy}` : ''}`;
    });
    // Entries are cancelled beside the other work.
    const isCancel = (line: string): boolean => line.startsWith('trader cancel-open');
    expect([...new Set(seen.filter(isCancel))]).toEqual(['trader cancel-open: HALTED by operator']);
    expect(seen.filter((line) => !isCancel(line))).toEqual([
      'risk-manager review: ACTIVE by start',
      'trader place-order: ACTIVE by start',
      'trader execute: ACTIVE by start',
      'trader fill',
      'risk-manager set-state: HALTED by operator',
      'risk-manager review: HALTED by operator',
      'risk-manager flatten: HALTED by operator',
      'risk-manager plan-flatten: HALTED by operator',
      'trader place-order: HALTED by operator',
      'trader execute: HALTED by operator',
    ]);
    expect(records[0]?.data['verdicts']).toMatchObject([
      { intentId, signal: { symbol: 'AAA-USD', because: 'signal of s1' }, decision: 'approve' },
    ]);
    expect(records[1]).toMatchObject({ subject: intentId, data: { approvalId: id } });
    expect(records[3]).toMatchObject({ subject: intentId, data: { symbol: 'AAA-USD' } });
  }));

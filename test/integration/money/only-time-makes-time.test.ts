import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const DAY = 24 * HOUR;

/** M19: a candle that has not closed at the market time cannot be settled, decided on or reported, whoever asks. */
describe('a job for the future is refused', () => {
  it('settled candles 90 days ahead: the position stays, at its price', () =>
    withMoneyAgents(
      testEnvironment,
      async (agents) => {
        const { ask, context } = agents;
        const { id, amount } = await agents.approved(entryIntent(context, 'AAA-USD', 's1'));
        await agents.execute(id);
        await agents.pass();
        for (const candleTime of [OPENS + HOUR, OPENS + 90 * DAY, Date.UTC(2100, 0, 1)]) {
          const job = { account: ACCOUNT, symbols: ['AAA-USD'], timeframe: '1h' as const, candleTime };
          await expect(ask('trader', 'settle', job)).rejects.toThrow('after the market time 2025-01-08 13:00 UTC');
          await expect(ask('analyst', 'signals', job)).rejects.toThrow('after the market time');
        }
        for (const name of ['start-day', 'stop-day'] as const)
          await expect(ask('ceo', name, { account: ACCOUNT, day: OPENS + 2 * DAY })).rejects.toThrow('market time');
        const { source, mode } = context.descriptor;
        const cycle = {
          account: ACCOUNT,
          source,
          mode,
          symbols: ['AAA-USD'],
          timeframe: '1h' as const,
          seed: 1,
          run: 1,
        };
        await expect(ask('task-manager', 'start-cycle', { ...cycle, asOf: OPENS + 9 * DAY })).rejects.toThrow(
          'market time',
        );
        expect(await agents.held()).toEqual([amount]);
        expect((await agents.riskState()).tradingState).toBe('ACTIVE');
      },
      { agents: ['risk-manager', 'trader', 'analyst', 'ceo', 'task-manager'] },
    ));
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, OPENS } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

// A crossing gives its signal once, and nobody may retry a job of the risk manager from outside.
it('a rule exit whose review failed for good is reviewed with the next candle', async () => {
  let isBroken = false;
  await withMoneyAgents(
    testEnvironment,
    async (agents) => {
      const { id } = await agents.approved(entryIntent(agents.context, 'AAA-USD', 's1'));
      await agents.execute(id);
      await agents.pass();
      const asOf = OPENS + HOUR;
      const closing = { asOf, side: 'sell', purpose: 'exit', requestedFraction: 0, closeAmount: 1e9 } as const;
      const exit = { ...entryIntent(agents.context, 'AAA-USD', 's1', closing), id: 'exit-1' };
      const entry = { ...entryIntent(agents.context, 'BBB-USD', 's1', { asOf }), id: 'entry-1' };
      isBroken = true;
      await expect(agents.review(exit, entry)).rejects.toThrow('the disk is full');
      isBroken = false;
      const candle = { account: ACCOUNT, symbols: ['AAA-USD'], timeframe: '1h', candleTime: OPENS } as const;
      const signals = async () =>
        (await agents.ask('analyst', 'signals', { ...candle, symbols: [...candle.symbols] })).intents;
      expect(await signals()).toEqual(['exit-1']);
      const { approvals } = await agents.review(exit);
      await agents.execute(...approvals);
      await agents.pass();
      expect(await agents.held()).toEqual([0]);
      expect(await signals()).toEqual([]);
    },
    {
      agents: ['risk-manager', 'trader', 'analyst'],
      stores: (stores) => ({
        ...stores,
        intents: {
          ...stores.intents,
          recordVerdict: (...verdict) =>
            isBroken
              ? Promise.reject(new AppError('store-failed', 'the disk is full'))
              : stores.intents.recordVerdict(...verdict),
        },
      }),
    },
  );
});

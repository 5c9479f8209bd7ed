import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Broker } from '../../../src/ports/broker.ts';
import { AppError } from '../../../src/domain/errors.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { SYMBOLS, withMoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

it('a venue that does not answer reduces trading, until three candles were settled', async () => {
  let isAway = true;
  const broker = (venue: Broker): Broker => ({
    ...venue,
    submit: (request) =>
      isAway && request.symbol === SYMBOLS[0]
        ? Promise.reject(new AppError('unreachable', 'the venue is gone', { retryable: true }))
        : venue.submit(request),
    fetchOrder: (account, id) =>
      isAway
        ? Promise.reject(new AppError('unreachable', 'the venue is gone', { retryable: false }))
        : venue.fetchOrder(account, id),
  });
  await withMoneyAgents(
    testEnvironment,
    async (agents) => {
      const first = await agents.approved(entryIntent(agents.context, SYMBOLS[0]!, 's1'));
      const second = await agents.approved(entryIntent(agents.context, SYMBOLS[1]!, 's1'));
      await expect(agents.execute(first.id, second.id)).rejects.toThrow('the venue is gone');
      // The order of the other market went out.
      expect([...(await agents.states())].sort()).toEqual(['open', 'unknown']);
      expect(await agents.riskState()).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'trouble' });
      expect((await agents.alerts()).map(({ title }) => title)).toContain('Trouble: venue-errors');
      isAway = false;
      for (const expected of ['REDUCING', 'REDUCING', 'ACTIVE']) {
        await agents.pass();
        expect((await agents.riskState()).tradingState).toBe(expected);
      }
      // Only a restart looked it up: until then its strategy could not enter again.
      expect([...(await agents.states())].sort()).toEqual(['cancelled', 'cancelled']);
    },
    { broker },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, SYMBOLS, withMoneyAgents, type MoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent } from '../../fixtures/synthetic-market.ts';

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());

const openAmounts = async ({ held }: MoneyAgents): Promise<number> => (await held()).filter((a) => a !== 0).length;

/** Five strategies hold positions with a stop and a time exit; a sixth has an entry under way. */
async function holdFive(agents: MoneyAgents): Promise<void> {
  const { context } = agents;
  const bracket = { stop: { kind: 'percent', value: 0.05 }, maxHoldBars: 20 } as const;
  const { approvals } = await agents.review(
    ...SYMBOLS.slice(0, 5).map((symbol) => entryIntent(context, symbol, 's1', { bracket })),
  );
  await agents.execute(...approvals);
  await agents.pass();
  const { id } = await agents.approved(
    entryIntent(context, SYMBOLS[5]!, 's1', { bracket, asOf: await context.data.now() }),
  );
  await agents.execute(id);
  expect(await openAmounts(agents)).toBe(5);
}

const holding = (use: (agents: MoneyAgents) => Promise<void>) => (): Promise<void> =>
  withMoneyAgents(
    testEnvironment,
    async (agents) => {
      await holdFive(agents);
      await use(agents);
    },
    { agents: ['risk-manager', 'trader', 'ceo'] },
  );

/** M2: flatten is flat. */
describe('flatten is flat', () => {
  it.fails(
    "positions with a time exit were skipped by the CEO's emergency",
    holding(async (agents) => {
      await agents.ask('ceo', 'emergency', { account: ACCOUNT, reason: 'storm', flatten: true }, { jobId: 'e1' });
      await agents.ended('trader', `flatten-execute.${ACCOUNT}.e1`);
      await agents.pass();
      expect(await openAmounts(agents)).toBe(0);
    }),
  );

  it.fails(
    'halt and flatten closed nothing because HALTED vetoed closing orders',
    holding(async (agents) => {
      await agents.setState('HALTED');
      await agents.ask('ceo', 'emergency', { account: ACCOUNT, reason: 'storm', flatten: true }, { jobId: 'e1' });
      await agents.ended('trader', `flatten-execute.${ACCOUNT}.e1`);
      await agents.pass();
      expect(await openAmounts(agents)).toBe(0);
      expect((await agents.riskState()).tradingState).toBe('HALTED');
    }),
  );
});

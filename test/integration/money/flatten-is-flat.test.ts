import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { requestFlatten } from '../../../src/domain/risk/state-request.ts';
import { openTestEnvironment, type TestEnvironment } from '../../fixtures/company.ts';
import { ACCOUNT, moneyAgentsOf, SYMBOLS, withMoneyAgents, type MoneyAgents } from '../../fixtures/money-agents.ts';
import { entryIntent, HOUR, openMarkets, OPENS } from '../../fixtures/synthetic-market.ts';

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
    ...SYMBOLS.slice(0, 5).map((symbol) => entryIntent(context, symbol, `of ${symbol}`, { bracket })),
  );
  await agents.execute(...approvals);
  await agents.pass();
  const { id } = await agents.approved(
    entryIntent(context, SYMBOLS[5]!, 'sixth', { bracket, asOf: await context.data.now() }),
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

const flat = async (agents: MoneyAgents): Promise<readonly string[]> =>
  (await agents.alerts()).filter(({ title }) => title === 'Flat').map(({ text }) => text);

/** What the feed does on a candle: settle, monitor, and the next round of the flatten. */
async function candle(agents: MoneyAgents): Promise<void> {
  await agents.pass();
  const { flattenJob } = await agents.ask('risk-manager', 'monitor', { account: ACCOUNT });
  if (flattenJob !== undefined) await agents.ended('trader', flattenJob);
}

async function flatten(agents: MoneyAgents, halt: boolean): Promise<void> {
  const order = { account: ACCOUNT, by: 'operator', reason: 'out', halt } as const;
  const { jobId } = await agents.ask('risk-manager', 'flatten', order, { jobId: 'f1' });
  await agents.ended('trader', jobId);
}

/** M2: flatten is flat. */
describe('flatten is flat', () => {
  it(
    "positions with a time exit were skipped by the CEO's emergency",
    holding(async (agents) => {
      await agents.ask('ceo', 'emergency', { account: ACCOUNT, reason: 'storm', flatten: true }, { jobId: 'e1' });
      await agents.ended('trader', `flatten-execute.${ACCOUNT}.e1`);
      await agents.pass();
      expect(await openAmounts(agents)).toBe(0);
    }),
  );

  it(
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

  it.each([
    [false, 'REDUCING'],
    [true, 'HALTED'],
  ] as const)('with halt %s it ends %s and flat, and one alert says what was closed', async (halt, state) =>
    holding(async (agents) => {
      await flatten(agents, halt);
      for (let i = 0; i < 2; i += 1) await candle(agents);
      expect(await openAmounts(agents)).toBe(0);
      // Ten candles on which strategies want to buy again.
      for (let i = 0; i < 10; i += 1) {
        const asOf = await agents.context.data.now();
        const { approvals } = await agents.review(entryIntent(agents.context, 'AAA-USD', 'of AAA-USD', { asOf }));
        expect(approvals).toEqual([]);
        await candle(agents);
      }
      expect(await openAmounts(agents)).toBe(0);
      expect((await agents.context.broker.positions(ACCOUNT)).filter(({ amount }) => amount !== 0)).toEqual([]);
      expect(await agents.context.broker.openOrders(ACCOUNT)).toEqual([]);
      expect(await agents.riskState()).toMatchObject({ tradingState: state, stateSetBy: 'operator' });
      const [text, ...more] = await flat(agents);
      expect(more).toEqual([]);
      expect(text?.match(/sell [\d.]+ [A-Z]{3}-USD at/g)).toHaveLength(5);
    })(),
  );

  it(
    'one candle after a flatten the strategy bought again',
    holding(async (agents) => {
      const { context } = agents;
      await flatten(agents, false);
      await candle(agents);
      await candle(agents);
      const again = async (strategy: string) =>
        agents.review(entryIntent(context, 'AAA-USD', strategy, { asOf: await context.data.now() }));
      expect(await again('s2')).toMatchObject({ approved: 0, vetoed: 1 });
      // Neither the CEO nor a new day ends it; a person does.
      await agents.setState('ACTIVE', 'ceo');
      expect(await again('s3')).toMatchObject({ approved: 0, vetoed: 1 });
      await agents.setState('ACTIVE');
      expect(await again('s4')).toMatchObject({ approved: 1 });
      expect(await agents.riskState()).not.toHaveProperty('flatten');
    }),
  );

  it('goes on after a restart until the venue holds nothing, though the first round was lost', async () =>
    testEnvironment.withCompany(async (company) => {
      await openMarkets(company.context, SYMBOLS);
      const agents = moneyAgentsOf(company);
      const first = await company.node(['risk-manager', 'trader']);
      await holdFive(agents);
      await first.close(1000);
      // The process dies after the request was stored and before its jobs were added.
      const { riskState } = company.context.stores;
      const before = (await riskState.get(ACCOUNT))!;
      const order = { id: 'f1', by: 'operator', reason: 'out', halt: false } as const;
      await riskState.save(requestFlatten(before, order, OPENS + HOUR).state, before.version);
      await company.node(['risk-manager', 'trader']);
      for (let i = 0; i < 3; i += 1) await candle(agents);
      expect(await openAmounts(agents)).toBe(0);
      expect(await flat(agents)).toHaveLength(1);
    }));

  it('requested while no trader runs: nothing is closed, and the next trader does it', async () =>
    testEnvironment.withCompany(async (company) => {
      await openMarkets(company.context, SYMBOLS);
      const agents = moneyAgentsOf(company);
      const both = await company.node(['risk-manager', 'trader']);
      await holdFive(agents);
      await both.close(1000);
      const alone = await company.node(['risk-manager']);
      const order = { account: ACCOUNT, by: 'operator', reason: 'out' } as const;
      const { jobId } = await agents.ask('risk-manager', 'flatten', order, { jobId: 'f1' });
      expect(await openAmounts(agents)).toBe(5);
      expect(await flat(agents)).toEqual([]);
      await alone.close(1000);
      await company.node(['risk-manager', 'trader']);
      await agents.ended('trader', jobId);
      for (let i = 0; i < 2; i += 1) await candle(agents);
      expect(await openAmounts(agents)).toBe(0);
      expect(await flat(agents)).toHaveLength(1);
    }));

  it('repeats a closing order that the venue refused', async () => {
    let refusals = 5;
    await withMoneyAgents(
      testEnvironment,
      async (agents) => {
        await holdFive(agents);
        await flatten(agents, false);
        expect(refusals).toBe(0);
        for (let i = 0; i < 3; i += 1) await candle(agents);
        expect(await openAmounts(agents)).toBe(0);
      },
      {
        broker: (broker) => ({
          ...broker,
          submit(request) {
            if (request.purpose !== 'flatten' || refusals === 0) return broker.submit(request);
            refusals -= 1;
            return Promise.reject(new AppError('venue-rejected', 'try later'));
          },
        }),
      },
    );
  });
});

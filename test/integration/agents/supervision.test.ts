import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE_NAMES, type QueueName } from '../../../queues/names.ts';
import { openRiskState } from '../../../src/domain/risk/trading-state.ts';
import { type Evaluator } from '../../../src/ports/evaluator.ts';
import { onSignal } from '../../unit/backtest/spec-fixture.ts';
import { metricsWith } from '../../unit/research/trial-fixture.ts';
import { openTestEnvironment, type TestEnvironment, type TestCompany } from '../../fixtures/company.ts';
import { storeSpec, entryIntent, OPENS, openMarkets } from '../../fixtures/synthetic-market.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let testEnvironment: TestEnvironment;
beforeAll(async () => {
  testEnvironment = await openTestEnvironment();
});
afterAll(() => testEnvironment.close());
const inCompany = (use: (company: TestCompany) => Promise<void>) => () => testEnvironment.withCompany(use);

/** Advances the clock and waits until this process's node has written a heartbeat at the new time. */
async function passTime(
  { context, clock, until }: TestCompany,
  ms: number,
  but: readonly string[] = [],
): Promise<void> {
  clock.pass(ms);
  const now = clock.now();
  const node = (await context.stores.nodes.list()).find(({ pid }) => pid === process.pid)!;
  await until(async () => {
    // The node's row is written before those of its agents: the clock may advance in between.
    const row = (await context.stores.nodes.list()).find((found) => found.node === node.node);
    if (row === undefined || row.lastSeen < now) return false;
    const beats = (await context.stores.agentStates.list()).filter((beat) => beat.node === node.node);
    return beats.every(({ agent, lastSeen }) => lastSeen >= now || but.includes(agent));
  });
}

/** Writes heartbeats of agents on another node, `aheadMs` later than now. */
async function elsewhere(
  { context, clock }: TestCompany,
  agents: readonly QueueName[],
  node = 'elsewhere',
  aheadMs = 0,
): Promise<void> {
  const [lastSeen, startedAt] = [clock.now() + aheadMs, clock.now()];
  const row = { node, lastSeen, startedAt };
  await context.stores.nodes.beat({
    ...row,
    host: 'far',
    pid: 1,
    queues: [...agents],
    concurrency: 1,
    cores: 2,
    cpu: 0,
    memoryBytes: 1,
    totalMemoryBytes: 2,
    busyJobs: 0,
    version: '0.0.0',
    platform: 'test',
    draining: false,
  });
  for (const agent of agents)
    await context.stores.agentStates.beat({ ...row, agent, status: 'idle', completed: 0, failed: 0, busyMs: 0 });
}
const allBut = (...names: QueueName[]): readonly QueueName[] => QUEUE_NAMES.filter((name) => !names.includes(name));

async function alertsLike({ context }: TestCompany, start: string) {
  return (await context.stores.alerts.list(100)).filter(({ key }) => key.startsWith(start));
}

describe('an agent that is silent for five minutes', () => {
  it(
    'is reported once, restarted, and runs again',
    inCompany(async (company) => {
      const { context, ask, ended, until } = company;
      await openMarkets(context, ['AAA-USD']);
      let calls = 0;
      let hangs = false;
      const evaluator: Evaluator = {
        ...context.evaluator,
        evaluate({ items }) {
          calls += 1;
          if (calls > 1) return Promise.resolve(items.map(() => metricsWith()));
          hangs = true;
          return new Promise(() => undefined);
        },
      };
      await company.node(QUEUE_NAMES, { evaluator });
      expect(await ask('ceo', 'supervise', {})).toEqual({ agents: 11, silent: [] });
      await storeSpec(context, 'h1', onSignal);
      const items = [{ hash: 'h1', window: { from: 0, to: 40 } }];
      const unit = { id: 'c1.u0', cycleId: 'c1', symbol: 'AAA-USD', timeframe: '1h', asOf: OPENS, items } as const;
      await context.stores.workUnits.addMany([{ ...unit, stage: 'screen', state: 'open' }]);
      const jobId = await context.producer.add('backtest', 'run-unit', { unitId: unit.id });
      await until(() => hangs);

      // Longer than any job takes: its worker hangs.
      await passTime(company, 11 * MINUTE, ['backtest']);
      const twice = [await ask('ceo', 'supervise', {}), await ask('ceo', 'supervise', {})];
      expect(twice[0]).toEqual({ agents: 10, silent: ['backtest'] });
      expect((await ended('backtest', jobId)).returnvalue).toMatchObject({ trials: 1, recorded: 1 });
      expect(calls).toBe(2);
      await passTime(company, 0);
      expect(await ask('ceo', 'supervise', {})).toEqual({ agents: 11, silent: [] });
      const alerts = await alertsLike(company, 'silent/');
      expect(alerts).toMatchObject([{ severity: 'critical', title: 'Agent backtest is silent' }]);
      expect(alerts[0]?.text).toMatch(/sent no heartbeat for 6\d\d s; a restart of its worker was requested/);
      expect(company.broadcastsOn('agent-restart').every(({ agent }) => agent === 'backtest')).toBe(true);
    }),
  );

  it(
    'is reported even after its node was removed, not too early, and again at its next silence',
    inCompany(async (company) => {
      const { ask } = company;
      await company.node(['ceo', 'worker-manager']);
      const others = allBut('ceo', 'worker-manager', 'analyst');
      const supervise = async (ms: number): Promise<readonly string[]> => {
        await passTime(company, ms);
        await elsewhere(company, others);
        return (await ask('ceo', 'supervise', {})).silent;
      };
      // The CEO has supervised for an hour before the silence.
      await elsewhere(company, ['analyst'], 'doomed');
      await passTime(company, 60 * MINUTE);
      for (let silence = 1; silence <= 2; silence += 1) {
        await elsewhere(company, ['analyst'], 'doomed');
        expect(await supervise(0)).toEqual([]);
        await passTime(company, MINUTE);
        expect((await ask('worker-manager', 'census', {})).dead).toContain('doomed');
        expect(await supervise(0)).toEqual([]);
        expect(await supervise(4 * MINUTE + 1)).toEqual(['analyst']);
        const alerts = await alertsLike(company, 'silent/analyst/');
        expect(alerts).toHaveLength(silence);
        expect(alerts[0]?.text).toMatch(/sent no heartbeat for 30\d s/);
      }
    }),
  );
});

describe('a node that died', () => {
  it(
    'is removed and reported once; living nodes stay',
    inCompany(async (company) => {
      const { context, ask } = company;
      const { name } = await company.node(['worker-manager']);
      // Ahead, because a busy machine may need longer for the first census than a node may be silent.
      await elsewhere(company, ['backtest', 'optimizer'], 'dead', MINUTE / 2);
      expect(await ask('worker-manager', 'census', {})).toMatchObject({ nodes: 2, dead: [] });
      await passTime(company, MINUTE);
      expect(await ask('worker-manager', 'census', {})).toMatchObject({ nodes: 1, dead: ['dead'] });
      expect(await ask('worker-manager', 'census', {})).toMatchObject({ nodes: 1, dead: [] });
      expect((await context.stores.nodes.list()).map((row) => row.node)).toEqual([name]);
      expect((await context.stores.agentStates.list()).map((row) => row.agent)).toEqual(['worker-manager']);
      expect(await alertsLike(company, 'dead-node/')).toMatchObject([{ severity: 'warning', title: 'Node lost' }]);
    }),
  );

  it(
    'leaves no rows after a clean stop',
    inCompany(async ({ context, node }) => {
      const running = await node(['analyst', 'worker-manager']);
      expect(await context.stores.agentStates.list()).toHaveLength(2);
      await running.close(1000);
      expect(await context.stores.agentStates.list()).toEqual([]);
      expect(await context.stores.nodes.list()).toEqual([]);
    }),
  );
});

describe('the state of an agent', () => {
  it(
    'shows when its queue is paused and resumed',
    inCompany(async (company) => {
      const { context, until } = company;
      await company.node(['analyst', 'worker-manager']);
      const stateOf = async (agent: string) =>
        (await context.stores.agentStates.list()).find((row) => row.agent === agent)?.status;
      await context.producer.queue('analyst').pause();
      await until(async () => (await stateOf('analyst')) === 'paused');
      expect(await stateOf('worker-manager')).toBe('idle');
      await context.producer.queue('analyst').resume();
      await until(async () => (await stateOf('analyst')) === 'idle');
    }),
  );
});

describe('while a money agent is silent', () => {
  const state = async ({ context }: TestCompany) => (await context.stores.riskState.get(context.descriptor.account))!;
  const others = allBut('ceo', 'risk-manager', 'trader');

  /** Makes the trader silent, or lets its heartbeat resume, and runs the CEO's check. */
  async function look(company: TestCompany, traderIsHeard: boolean): Promise<void> {
    await passTime(company, traderIsHeard ? 0 : 6 * MINUTE);
    await elsewhere(company, traderIsHeard ? [...others, 'trader'] : others);
    const { silent } = await company.ask('ceo', 'supervise', {});
    expect(silent).toEqual(traderIsHeard ? [] : ['trader']);
    // When the risk manager has completed a later job, it has also completed the CEO's request.
    await company.ask('risk-manager', 'monitor', { account: company.context.descriptor.account });
  }

  async function open(company: TestCompany): Promise<void> {
    await openMarkets(company.context, ['AAA-USD']);
    await company.node(['ceo', 'risk-manager']);
    await look(company, true);
    expect((await state(company)).tradingState).toBe('ACTIVE');
  }

  it(
    'positions may only shrink, until its heartbeat resumes',
    inCompany(async (company) => {
      await open(company);
      await look(company, false);
      expect(await state(company)).toMatchObject({ tradingState: 'REDUCING', stateSetBy: 'ceo' });
      expect((await state(company)).stateReason).toBe('silent-agents: no heartbeat of trader');
      await look(company, true);
      expect(await state(company)).toMatchObject({ tradingState: 'ACTIVE', stateSetBy: 'ceo' });
    }),
  );

  it.each(['HALTED', 'REDUCING'] as const)("an operator's %s does not change with the silence", async (target) =>
    testEnvironment.withCompany(async (company) => {
      await open(company);
      const account = company.context.descriptor.account;
      await company.ask('risk-manager', 'set-state', { account, state: target, by: 'operator', reason: 'mine' });
      await look(company, false);
      await look(company, true);
      expect(await state(company)).toMatchObject({ tradingState: target, stateSetBy: 'operator', stateReason: 'mine' });
    }),
  );

  it(
    'also without a risk manager, once, however often the CEO checks',
    inCompany(async (company) => {
      const { context, ask } = company;
      const { account } = context.descriptor;
      await openMarkets(context, ['AAA-USD']);
      await context.stores.riskState.save(openRiskState({ account, time: OPENS, equity: 1, cash: 1, exposure: 0 }), 0);
      await company.node(['ceo']);
      await passTime(company, 6 * MINUTE);
      for (let i = 0; i < 3; i += 1) await ask('ceo', 'supervise', {});
      expect(await state(company)).toMatchObject({ tradingState: 'REDUCING', version: 2 });
      expect(await context.producer.queue('trader').getJobCountByTypes('prioritized', 'waiting')).toBe(1);
    }),
  );
});

describe("the CEO's stance", () => {
  it(
    'sets the risk budget that the review sizes with',
    inCompany(async (company) => {
      const { context, ask } = company;
      const { account } = context.descriptor;
      await openMarkets(context, ['AAA-USD', 'BBB-USD']);
      await company.node(['ceo', 'risk-manager']);
      const review = async (symbol: string) => {
        const intent = entryIntent(context, symbol, 's1');
        await context.stores.intents.addMany([intent]);
        await ask('risk-manager', 'review', { account, intents: [intent.id] });
        return (await context.stores.intents.verdicts({ account })).find(({ intentId }) => intentId === intent.id)!;
      };
      const before = await review('AAA-USD');
      expect(before.decision).toBe('approve');
      // No market was analysed: half size.
      expect(await ask('ceo', 'set-stance', { account, cycleId: 'none' })).toMatchObject({ riskBudget: 0.5 });
      const after = await review('BBB-USD');
      expect(after).toMatchObject({ decision: 'reduce', reasons: [{ code: 'risk-budget' }] });
      expect(after.amount).toBeCloseTo(before.amount / 2, 7);
    }),
  );
});

describe('the trading day', () => {
  it(
    'is opened and closed once, however often it is requested, with a consistent report',
    inCompany(async (company) => {
      const { context, ask } = company;
      const { account } = context.descriptor;
      await openMarkets(context, ['AAA-USD']);
      await company.node(['ceo']);
      const day = Math.floor(OPENS / DAY) * DAY;
      for (let i = 0; i < 2; i += 1) {
        expect(await ask('ceo', 'start-day', { account, day })).toMatchObject({ opened: true });
        expect(await ask('ceo', 'stop-day', { account, day })).toEqual({ report: `daily-report/${account}/${day}` });
      }
      expect(await alertsLike(company, 'day-open/')).toHaveLength(1);
      const reports = await alertsLike(company, 'daily-report/');
      expect(reports).toMatchObject([{ severity: 'info', title: 'Daily report 2025-01-08' }]);
      expect(reports[0]?.text).toBe(
        'equity 100000.00 (0.00 % today), cash 100000.00, exposure 0.00; 0 fills, fees 0.00; 0 active and 0 incubating strategies; 0 vetoes among the last 0 verdicts',
      );
    }),
  );
});

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Producer } from '../../../queues/producer.ts';
import { createRng } from '../../../src/domain/random/rng.ts';
import { runFeed } from '../../../src/feed/feed.ts';
import { type Services } from '../../../src/runtime/services/start-services.ts';
import { drawMoments, runUnderKills } from '../../fixtures/faults/kill-switch.ts';
import { writeCandleFiles } from '../../fixtures/faults/candle-files.ts';
import { foundCompany, type Company } from '../../fixtures/faults/company.ts';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { STEPS, watchJobs, type Step } from '../../fixtures/faults/job-watch.ts';
import { violationsOf, outcomeOf, UNBLEMISHED, type Outcome } from '../../fixtures/faults/outcome.ts';
import { openFaultTestEnvironment } from '../../fixtures/faults/test-environment.ts';
import { undisturbed } from '../../fixtures/faults/undisturbed.ts';

const testEnvironment = openFaultTestEnvironment();
const candleFiles = writeCandleFiles(testEnvironment.directory);
let services: Services;
/** What the cycle comes to when nothing is disturbed. */
let expected: Outcome;

const found = async (namespace: string): Promise<Company> =>
  foundCompany(testEnvironment, services, namespace, candleFiles);

async function foundForTest(namespace: string): Promise<Company> {
  const company = await found(namespace);
  onTestFinished(() => company.close());
  return company;
}

async function expectUndisturbed({ context, ticket }: Company): Promise<void> {
  expect(await violationsOf(context)).toEqual(UNBLEMISHED);
  expect(await outcomeOf(context, ticket.id, ticket.account)).toEqual(expected);
}

beforeAll(async () => {
  services = await testEnvironment.services('services');
  expected = await undisturbed(await found('reference'));
});

afterAll(async () => {
  expect(await testEnvironment.clear()).toEqual([]);
});

it('has a cycle worth disturbing: it trades, and its verdicts depend on each other', () => {
  expect(expected.state).toBe('completed');
  expect(expected.orders.filter(({ purpose }) => purpose === 'entry').length).toBeGreaterThan(1);
  expect(expected.fills.length).toBeGreaterThan(1);
  expect(new Set(expected.verdicts.map(({ decision }) => decision))).toEqual(new Set(['reduce', 'veto']));
});

it('comes to the same end however often its node is killed', { timeout: 300_000 }, async ({ annotate }) => {
  const rng = createRng('kills');
  const ordinary: readonly Step[] = STEPS.filter((step) => step !== 'execute' && step !== 'settle');
  const rounds = ['kills-a', 'kills-b', 'kills-c'].map(async (namespace, i) => {
    // Every third step each, so that all are aimed at; the steps that touch money in every round.
    const steps = ordinary.filter((_, position) => position % 3 === i);
    const aims: readonly Step[] = [...steps, rng.pick(steps), 'review', 'execute', 'settle'];
    const inOrder = [...aims].sort((a, b) => STEPS.indexOf(a) - STEPS.indexOf(b));
    const moments = drawMoments(rng.fork(namespace), inOrder);
    const company = await foundForTest(namespace);
    const hits = await runUnderKills(company, moments);
    await expectUndisturbed(company);
    return hits;
  });
  const hits = (await Promise.all(rounds)).flat();
  const steps = hits.flat();
  await annotate(`${hits.length} kills hit: ${hits.map((hit) => hit.join('+') || '-').join(' ')}`);
  expect(hits.length).toBeGreaterThanOrEqual(20);
  expect(new Set(steps).size).toBeGreaterThanOrEqual(4);
});

it('loses no work unit with one of two nodes', { timeout: 180_000 }, async () => {
  const company = await foundForTest('two-nodes');
  const { context, ticket } = company;
  const nodes = [company.node(), company.node()] as const;
  await eventually('both nodes at work', async () => (await context.stores.nodes.list()).length === 2);
  await company.startCycle();
  const shares = async (): Promise<ReadonlySet<string>> =>
    new Set((await context.stores.workUnits.ofCycle(ticket.id)).flatMap(({ node }) => node ?? []));
  await eventually('units done by both', async () => (await shares()).size === 2);
  // Somebody who has a unit in hand.
  await eventually('a unit in hand', async () => (await context.producer.queue('backtest').getActiveCount()) > 0);
  await nodes[0].kill('SIGKILL');
  await company.cycleEnded();
  expect((await shares()).size).toBe(2);
  await nodes[1].kill('SIGTERM');
  await expectUndisturbed(company);
});

it('drains a node on SIGTERM, and another one finishes the cycle', { timeout: 180_000 }, async () => {
  const company = await foundForTest('drain');
  const watch = await watchJobs(company.context);
  onTestFinished(() => watch.close());
  const first = company.node();
  await company.startCycle();
  await watch.begun('screen-unit');
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  // Finished is what it had in hand; what waits, waits for others.
  expect(await company.context.producer.queue('backtest').getActiveCount()).toBe(0);
  expect(await company.context.stores.nodes.list()).toEqual([]);
  expect(await company.cycle()).toMatchObject({ state: 'running' });
  const second = company.node();
  await company.cycleEnded();
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  await expectUndisturbed(company);
});

it('gives up what it cannot finish in time without calling it failed', { timeout: 180_000 }, async () => {
  const company = await foundForTest('no-drain');
  const backtest = company.context.producer.queue('backtest');
  const watch = await watchJobs(company.context);
  onTestFinished(() => watch.close());
  const first = company.node(0);
  await company.startCycle();
  await watch.begun('screen-unit');
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  const second = company.node();
  await company.cycleEnded();
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  const attempts = (await backtest.getCompleted()).map(({ attemptsMade }) => attemptsMade);
  expect(new Set(attempts)).toEqual(new Set([1]));
  await expectUndisturbed(company);
});

it(
  'announces a candle again that its feed did not live to announce, and its cycle once',
  { timeout: 180_000 },
  async () => {
    const company = await foundForTest('feed');
    const { context, ticket } = company;
    const agents = company.node();
    const feed = async (producer: Producer): Promise<void> =>
      runFeed(
        { ...context, producer },
        {
          from: ticket.asOf,
          to: await context.data.now(),
          speed: Infinity,
          seed: ticket.seed,
          cycleEveryCandles: 24,
          signal: new AbortController().signal,
        },
      );
    const announced: string[] = [];
    const dying: Producer = {
      ...context.producer,
      async addFlow(flow, parent) {
        if (announced.length === 1) throw new Error('killed');
        announced.push(flow.jobId);
        await context.producer.addFlow(flow, parent);
      },
    };
    const ticks = ticket.symbols.map((symbol) => `tick-execute.faults.${symbol}.1h.t${ticket.asOf}`);
    await expect(feed(dying)).rejects.toThrow('killed');
    expect(announced).toEqual([ticks[0]]);
    await feed(context.producer);
    const ended = async (): Promise<readonly (number | undefined)[]> =>
      Promise.all(ticks.map(async (id) => (await context.producer.queue('trader').getJob(id))?.finishedOn));
    const first = await ended();
    expect(first).not.toContain(undefined);
    await feed(context.producer);
    expect(await ended()).toEqual(first);
    expect(await context.stores.cycles.list(10)).toMatchObject([{ id: ticket.id, state: 'completed' }]);
    expect(await agents.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await violationsOf(context)).toEqual(UNBLEMISHED);
  },
);

import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../fixtures/faults/eventually.ts';
import { watchJobs } from '../../fixtures/faults/job-watch.ts';
import { describeNodesUnderKills, ROUNDS } from './nodes-under-kills.ts';

const { openForTest, expectUndisturbed } = describeNodesUnderKills(ROUNDS);

it('loses no work unit when one of two nodes is killed', { timeout: 180_000 }, async () => {
  const company = await openForTest('two-nodes');
  const { context, runRequest } = company;
  const nodes = [company.node(), company.node()] as const;
  await eventually('two running nodes', async () => (await context.stores.nodes.list()).length === 2);
  await company.startCycle();
  const shares = async (): Promise<ReadonlySet<string>> =>
    new Set((await context.stores.workUnits.ofCycle(runRequest.id)).flatMap(({ node }) => node ?? []));
  await eventually('units done by both nodes', async () => (await shares()).size === 2);
  await eventually('an active unit', async () => (await context.producer.queue('backtest').getActiveCount()) > 0);
  await nodes[0].kill('SIGKILL');
  await company.cycleEnded();
  expect((await shares()).size).toBe(2);
  await nodes[1].kill('SIGTERM');
  await expectUndisturbed(company);
});

it('drains a node on SIGTERM, and another one finishes the cycle', { timeout: 180_000 }, async () => {
  const company = await openForTest('drain');
  const watch = await watchJobs(company.context);
  onTestFinished(() => watch.close());
  const first = company.node();
  await company.startCycle();
  await watch.stepStarted('screen-unit');
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  // The node finished its active jobs; waiting jobs stay in their queues.
  expect(await company.context.producer.queue('backtest').getActiveCount()).toBe(0);
  expect(await company.context.stores.nodes.list()).toEqual([]);
  expect(await company.cycle()).toMatchObject({ state: 'running' });
  const second = company.node();
  await company.cycleEnded();
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  await expectUndisturbed(company);
});

it('gives up jobs that it cannot finish in time, without a failed attempt', { timeout: 180_000 }, async () => {
  const company = await openForTest('no-drain');
  const backtest = company.context.producer.queue('backtest');
  const watch = await watchJobs(company.context);
  onTestFinished(() => watch.close());
  const first = company.node(0);
  await company.startCycle();
  await watch.stepStarted('screen-unit');
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  const second = company.node();
  await company.cycleEnded();
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  const attempts = (await backtest.getCompleted()).map(({ attemptsMade }) => attemptsMade);
  expect(new Set(attempts)).toEqual(new Set([1]));
  await expectUndisturbed(company);
});

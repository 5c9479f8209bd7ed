import { describe, expect, it } from 'vitest';
import { type CoordinatorBenchReport } from '../../../bench/coordinator/bench.ts';
import { type CycleBenchReport } from '../../../bench/cycle/bench.ts';
import { type EngineBenchReport } from '../../../bench/engine/bench.ts';
import { type QueueBenchReport } from '../../../bench/queue/bench.ts';
import { type ScaleBenchReport } from '../../../bench/scale/bench.ts';
import { type LocalBenchReport } from '../../../bench/scale/local.ts';
import { corp } from './run-bench.ts';

describe('corp bench', () => {
  const TINY_QUEUE = ['queue', '--rounds', '2', '--jobs', '50', '--concurrency', '5', '--latency-jobs', '3'];

  it('queue --json prints one document', async () => {
    const { exitCode, stdout, stderr } = await corp('bench', ...TINY_QUEUE, '--json');
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout) as QueueBenchReport;
    expect(report).toMatchObject({ rounds: 2, jobs: 50, concurrency: 5, latencyJobs: 3, target: 0.7 });
    expect(report.results.map(({ round }) => round)).toEqual([1, 2]);
    for (const { bare, agent, ratio } of report.results) expect(ratio).toBe(agent.jobsPerSecond / bare.jobsPerSecond);
    const { median, min, max } = report.ratio;
    expect(min).toBeLessThanOrEqual(median);
    expect(max).toBeGreaterThanOrEqual(median);
    for (const { p50, p99 } of [report.latency.bare, report.latency.agent]) expect(p99).toBeGreaterThanOrEqual(p50);
  });

  it(
    'cycle runs a whole cycle, reports its stages, and adds up the memory of an idle company',
    { timeout: 180_000 },
    async () => {
      const { exitCode, stdout, stderr } = await corp('bench', 'cycle', '--runs', '1', '--settle', '1', '--json');
      expect(exitCode, stderr).toBe(0);
      const report = JSON.parse(stdout) as CycleBenchReport;
      expect(report.market).toBe('simulated');
      expect(report.stages.map(({ stage }) => stage)).toEqual(
        expect.arrayContaining(['scan', 'analyze', 'generate', 'backtest', 'optimize', 'select', 'review', 'execute']),
      );
      const [only] = report.runs;
      expect(only!.jobs).toBe(report.stages.reduce((sum, { jobs }) => sum + jobs, 0));
      expect(only!.trials).toBeGreaterThan(0);
      expect(only!.cpuSeconds).toBeGreaterThan(0);
      if (process.platform !== 'linux') return;
      const { processes, total } = report.idleMemory!;
      expect(processes.map(({ process }) => process)).toEqual(['company', 'redis', 'store']);
      expect(processes.reduce((sum, { rss }) => sum + rss, 0)).toBe(total.rss);
      expect(total.rss).toBeLessThan(report.idleMemoryLimit);
    },
  );

  it('engine compares the engine with its oracle, and measures fresh processes', { timeout: 180_000 }, async () => {
    const tiny = ['--specs', '20', '--oracle-specs', '5', '--rounds', '2', '--genomes', '60', '--bars', '300000'];
    const { exitCode, stdout, stderr } = await corp('bench', 'engine', ...tiny, '--json');
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout) as EngineBenchReport;
    expect(report.comparisons.map(({ kind }) => kind)).toEqual(['plain', 'tight', 'trailing']);
    for (const { warmRatio, coldRatio, tradesPerSpec } of report.comparisons) {
      expect(warmRatio.median).toBeGreaterThan(1);
      expect(coldRatio.min).toBeGreaterThan(0);
      expect(tradesPerSpec).toBeGreaterThan(1);
    }
    expect(report.scaling.map(({ bars }) => bars)).toEqual([3000, 9000, 30_000, 90_000, 300_000]);
    const { specs, twoThreads, genomes } = report.fresh;
    expect(twoThreads.resultHash).toBe(specs.resultHash);
    expect(genomes.resultHash).not.toBe(specs.resultHash);
    for (const { totalCpuSeconds, searchCpuSeconds } of [specs, genomes]) {
      expect(searchCpuSeconds).toBeGreaterThan(0);
      expect(searchCpuSeconds).toBeLessThan(totalCpuSeconds);
    }
    expect(report.memory).toMatchObject({ bars: 300_000, columns: 28 });
  });

  it('coordinator assigns every replica once and counts every result once', async () => {
    const tiny = ['--workers', '10', '--warm-up', '10', '--units', '30', '--replicas', '2'];
    const { exitCode, stdout, stderr } = await corp('bench', 'coordinator', ...tiny, '--json');
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout) as CoordinatorBenchReport;
    expect(report).toMatchObject({ workers: 10, warmUp: 10, units: 30, replicas: 2, target: 300 });
    expect(report.outcome).toMatchObject({ completed: 40, failed: 0, accepted: 80, overdone: 0, miscounted: 0 });
    const { accepted, refused, surplus } = report.outcome;
    expect(report.cold.pairs + report.pairs).toBe(accepted + refused + surplus);
    expect(report.pairs).toBeGreaterThanOrEqual(60);
    for (const { p50, p99 } of [report.getWorkMs, report.submitMs]) expect(p99).toBeGreaterThanOrEqual(p50);
  });

  it('scale gives the same table for the same seed, and ends every unit', async () => {
    const tiny = ['bench', 'scale', '--nodes', '20', '--units', '60', '--failure-rate', '0.1', '--json'];
    const [first, again, other] = [await corp(...tiny), await corp(...tiny), await corp(...tiny, '--seed', '2')];
    expect(first.exitCode, first.stderr).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
    const report = JSON.parse(first.stdout) as ScaleBenchReport;
    expect(report).toMatchObject({ nodes: 20, units: 60, failureRate: 0.1, seed: 1 });
    expect(report.rows).toHaveLength(6);
    for (const { outcome } of report.rows) {
      expect(outcome.completed + outcome.failed).toBe(60);
      expect(outcome.countedTwice).toBe(0);
    }
  });

  it('scale --local runs the same cycle with one node and with two nodes', { timeout: 240_000 }, async () => {
    const { exitCode, stdout, stderr } = await corp(
      ...['bench', 'scale', '--local', '--rounds', '1', '--specs', '128', '--history-days', '60', '--json'],
    );
    expect(exitCode, stderr).toBe(0);
    const { cycles, speedUp, queueShare } = JSON.parse(stdout) as LocalBenchReport;
    expect(cycles.map(({ nodes }) => nodes)).toEqual([1, 2]);
    const [one, two] = cycles;
    expect(one!.trials).toBeGreaterThan(0);
    expect([two!.trials, two!.jobs]).toEqual([one!.trials, one!.jobs]);
    expect(speedUp.median).toBe(one!.seconds / two!.seconds);
    if (process.platform !== 'linux') return;
    expect(cycles.map(({ cpu }) => cpu.nodes.length)).toEqual([1, 2]);
    expect(queueShare).toBeGreaterThan(0);
    expect(queueShare).toBeLessThan(1);
  });
});

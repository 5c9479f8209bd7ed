import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CycleBenchReport } from '../../../bench/cycle/bench.ts';
import { type QueueBenchReport } from '../../../bench/queue/bench.ts';
import { createIo } from '../../../src/cli/io.ts';
import { run } from '../../../src/cli/run.ts';

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function corp(...args: string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const into = (name: keyof typeof said): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[name] += chunk.toString();
        done();
      },
    });
  const streams = { stdout: into('stdout'), stderr: into('stderr') };
  const exitCode = await run(args, createIo(streams, { environment: process.env, cwd: tmpdir() }));
  return { exitCode, ...said };
}

const workplaces = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`corp-bench-${process.pid}-`));

describe('corp bench', () => {
  let listeners: number;
  beforeEach(() => {
    listeners = process.listenerCount('SIGTERM');
  });
  afterEach(async () => {
    expect(await workplaces()).toEqual([]);
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });

  const TINY_QUEUE = ['queue', '--rounds', '2', '--jobs', '50', '--concurrency', '5', '--latency-jobs', '3'];

  it('queue prints a row for each round, the latencies and the ratio', async () => {
    const { exitCode, stdout, stderr } = await corp('bench', ...TINY_QUEUE);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^round +bare jobs\/s +agent jobs\/s +ratio/m);
    expect(stdout.match(/^ +[12] +\d+ +\d+ +[\d.]+ +/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^bare +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^agent +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^Speed, agent \/ bare: median [\d.]+, from [\d.]+ to [\d.]+/m);
  });

  it('queue --json answers with one document', async () => {
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

  it('cycle runs a whole cycle and tells its stages', async () => {
    const { exitCode, stdout, stderr } = await corp('bench', 'cycle', '--runs', '1', '--no-memory', '--json');
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
    expect(report.idleMemory).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')('cycle adds up the memory of an idle company and its services', async () => {
    const { exitCode, stdout, stderr } = await corp('bench', 'cycle', '--runs', '1', '--settle', '1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^stage +jobs +median ms +min ms +max ms$/m);
    expect(stdout).toMatch(/^run +seconds +jobs +trials +trials\/s +CPU s +peak RSS MiB$/m);
    const rss = (process: string): number => Number(new RegExp(`^${process} +([\\d.]+)`, 'm').exec(stdout)?.[1]);
    expect(rss('company') + rss('redis') + rss('store')).toBeCloseTo(rss('together'), 0);
    expect(rss('company')).toBeGreaterThan(50);
  });

  it.each(['engine', 'tick', 'scale'])('%s is refused in one line', async (name) => {
    const { exitCode, stdout, stderr } = await corp('bench', name, '--json');
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^corp: corp bench ${name} is not part of this version[^\\n]*\\n$`));
  });

  it.each([
    ['a count of nothing', ['queue', '--jobs', '0']],
    ['a file that is not there', ['cycle', '--data', '/nowhere/X-USD.csv', '--no-memory']],
  ])('%s is bad input', async (_what, args) => {
    const { exitCode, stdout } = await corp('bench', ...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import { printCycleBench } from '../../../bench/cycle/bench.ts';
import { quantile, spreadOf } from '../../../bench/statistics.ts';
import { recordedIo } from '../cli/recorded-io.ts';

const MIB = 2 ** 20;

describe('reports of benchmarks', () => {
  it('quantiles are interpolated between the nearest ranks', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
    expect(spreadOf([3, 1, 8])).toEqual({ median: 3, min: 1, max: 8 });
  });

  it('the cycle report shows stages, runs and the memory of an idle company', () => {
    const { io, stdout } = recordedIo();
    printCycleBench(io, {
      market: 'simulated',
      stages: [{ stage: 'scan', jobs: 1, ms: { median: 12.4, min: 10, max: 15 } }],
      runs: [
        { run: 1, seconds: 2.5, cpuSeconds: 3.125, jobs: 55, trials: 500, trialsPerSecond: 200, peakRss: 300 * MIB },
      ],
      idleMemory: {
        processes: [
          { process: 'company', rss: 200 * MIB, pss: 180 * MIB },
          { process: 'redis', rss: 14 * MIB, pss: null },
        ],
        total: { rss: 214 * MIB, pss: null },
      },
      idleMemoryLimit: 500 * MIB,
    });
    expect(stdout().split('\n')).toEqual([
      'stage  jobs  median ms  min ms  max ms',
      'scan      1         12      10      15',
      '',
      'run  seconds  jobs  trials  trials/s  CPU s  peak RSS MiB',
      '  1      2.5    55     500       200   3.13           300',
      '',
      'Idle memory (the limit is 500 MiB in total)',
      'process  RSS MiB  PSS MiB',
      'company      200      180',
      'redis         14        -',
      'total        214        -',
      '',
    ]);
  });
});

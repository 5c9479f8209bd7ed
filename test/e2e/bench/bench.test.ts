import { describe, expect, it } from 'vitest';
import { corp } from './run-bench.ts';

describe('corp bench', () => {
  const TINY_QUEUE = ['queue', '--rounds', '2', '--jobs', '50', '--concurrency', '5', '--latency-jobs', '3'];

  it('queue prints one row per round, the latencies and the ratio', async () => {
    const { exitCode, stdout, stderr } = await corp('bench', ...TINY_QUEUE);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^round +bare jobs\/s +agent jobs\/s +ratio/m);
    expect(stdout.match(/^ +[12] +\d+ +\d+ +[\d.]+ +/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^bare +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^agent +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^Speed, agent \/ bare: median [\d.]+, from [\d.]+ to [\d.]+/m);
  });

  it.each(['tick'])('%s is refused with one line', async (name) => {
    const { exitCode, stdout, stderr } = await corp('bench', name, '--json');
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^corp: corp bench ${name} is not part of this version[^\\n]*\\n$`));
  });

  it.each([
    ['a count of zero', ['queue', '--jobs', '0']],
    ['a missing file', ['cycle', '--data', '/nowhere/X-USD.csv', '--no-memory']],
  ])('%s is bad input', async (_what, args) => {
    const { exitCode, stdout } = await corp('bench', ...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });
});

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

  it(
    'tick measures a few ticks with orders beside bare flows, and prints both with their ratios',
    { timeout: 180_000 },
    async () => {
      const { exitCode, stdout, stderr } = await corp('bench', 'tick', '--ticks', '12');
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toMatch(
        /^20 strategies on 10 markets, 12 ticks: [1-9]\d* of them placed [1-9]\d* orders\. .* same 6 jobs$/m,
      );
      expect(stdout).toMatch(/^p50 +[\d.]+ +[\d.]+ +[\d.]+$/m);
      expect(stdout).toMatch(/^p99 +[\d.]+ +[\d.]+ +[\d.]+$/m);
    },
  );

  it.each([
    ['a count of zero', ['queue', '--jobs', '0']],
    ['a missing file', ['cycle', '--data', '/nowhere/X-USD.csv', '--no-memory']],
  ])('%s is bad input', async (_what, args) => {
    const { exitCode, stdout } = await corp('bench', ...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });
});

import { expect, it } from 'vitest';
import { type SoakReport } from '../../../bench/soak/assess.ts';
import { corp } from './run-bench.ts';

it(
  'a short soak measures memory and files of each part, and keeps the memory limit of the company',
  { timeout: 600_000 },
  async () => {
    const args = ['--candles', '120', '--cycles', '12', '--history-days', '30', '--json'];
    const { stdout } = await corp('bench', 'soak', ...args);
    const report = JSON.parse(stdout) as SoakReport;
    expect(report.candles).toBeGreaterThanOrEqual(110);
    expect(report.cycles).toBeGreaterThan(0);
    expect(report.disk.store.perCycle).toBeGreaterThan(0);
    expect(report.disk.logs.perCandle.at(-1)).toBeGreaterThan(0);
    if (process.platform !== 'linux') return;
    // Too short for the computed month; the size of each process is what it is.
    expect(report.memory.company.end).toBeLessThan(600e6);
    expect(report.memory.store.end).toBeLessThan(200e6);
    expect(report.memory.redis.end).toBeLessThan(60e6);
  },
);

it('audit verify stays below its limits over archived parts', { timeout: 600_000 }, async () => {
  const { stdout } = await corp('bench', 'audit', '--records', '120000', '--stored', '20000', '--json');
  const report = JSON.parse(stdout) as { peakMegabytes: number | null; archiveBytesPerRecord: number };
  expect(report.archiveBytesPerRecord).toBeGreaterThan(0);
  if (report.peakMegabytes !== null) expect(report.peakMegabytes).toBeLessThan(300);
});

import { expect } from 'vitest';
import { type Workspace } from '../cli/corp-process.ts';
import { cycleReport, type CycleReport } from './cycle-report.ts';

export interface Run {
  readonly report: CycleReport;
  /** Wall time of the whole command. */
  readonly ms: number;
}

export async function run({ corp }: Workspace, ...args: string[]): Promise<Run> {
  const startedAt = performance.now();
  const { exitCode, stdout, stderr } = await corp(...args, '--json');
  const ms = performance.now() - startedAt;
  expect({ exitCode, errors: stderr.split('\n').filter((line) => /error|warn/i.test(line)) }).toEqual({
    exitCode: 0,
    errors: [],
  });
  return { report: cycleReport.parse(JSON.parse(stdout)), ms };
}

/** Checks the invariants of every successful cycle. */
export function expectSound({ report, ms }: Run): void {
  const { stages, strategies, rejections, review, orders, fills, equity, markets } = report;
  expect(stages.every((stage) => stage.jobs > 0 && stage.ok === stage.jobs && stage.failed === 0)).toBe(true);
  // Stages do not overlap: together they take less time than the command. This also detects a wrong time unit.
  const stageMs = stages.reduce((sum, stage) => sum + stage.ms, 0);
  expect(stageMs).toBeLessThan(ms);
  expect(stageMs).toBeGreaterThan(ms / 1000);

  // Every screened spec is optimized or has a reason for its rejection; every optimized one trades or has a reason.
  expect(strategies.trials).toBeGreaterThanOrEqual(200);
  expect(rejections.optimized.length + strategies.selected + strategies.incubating).toBe(strategies.optimized);
  const screenedOut = rejections.screened.reduce((sum, { count }) => sum + count, 0);
  expect(screenedOut + strategies.optimized).toBeGreaterThanOrEqual(strategies.generated);
  if (strategies.optimized === 0) expect(screenedOut).toBe(strategies.trials);

  expect(orders.filter(({ purpose }) => purpose === 'entry')).toHaveLength(review.approved + review.reduced);
  const ids = new Set(orders.map(({ clientOrderId }) => clientOrderId));
  expect(ids.size).toBe(orders.length);
  expect(fills.every(({ clientOrderId }) => ids.has(clientOrderId))).toBe(true);
  expect(Math.abs(equity / 100_000 - 1)).toBeLessThan(0.05);
  for (const { bars, coverage } of markets) expect(bars * coverage).toBeGreaterThan(500);
}

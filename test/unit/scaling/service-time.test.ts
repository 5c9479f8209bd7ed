import { expect, it } from 'vitest';
import { serviceSecondsOf } from '../../../src/domain/scaling/service-time.ts';

const done = (agent: string, completed: number, failed: number, busyMs: number) => ({
  agent,
  completed,
  failed,
  busyMs,
});

it('service time is the mean over all jobs, not the mean of the nodes', () => {
  const agents = [done('backtest', 9, 0, 9000), done('backtest', 0, 1, 21_000), done('optimizer', 5, 0, 1)];
  expect(serviceSecondsOf('backtest', agents)).toBe(3);
});

it('service time is null before a job has ended', () => {
  expect(serviceSecondsOf('backtest', [done('backtest', 0, 0, 0), done('ceo', 3, 0, 30)])).toBeNull();
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutIntoUnits } from '../../src/domain/research/work-unit.ts';
import { backtestPhase, optimizePhase } from '../../queues/flows/cycle-flow.ts';
import { trialId } from '../../src/domain/research/trial-id.ts';
import { onSignal } from '../unit/backtest/spec-fixture.ts';

// Bug: the same unit was assigned to two workers as different work.

const CYCLE = { id: 'c0123456789abcde', account: 'paper', timeframe: '1h', asOf: 1_750_000_000_000 } as const;
const items = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ hash: `h${i}`, spec: onSignal, window: { from: 0, to: 100 } }));

it('a unit is one job with one id, for any planner and any number of plans', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 }), (count, size) => {
      const units = cutIntoUnits(CYCLE, 'screen', { symbol: 'BTC-USD' }, '', items(count), size).map(({ id }) => id);
      const jobs = () => backtestPhase(CYCLE, units).map(({ jobId, payload }) => ({ jobId, payload }));
      expect(jobs()).toEqual(jobs());
      expect(new Set(jobs().map(({ jobId }) => jobId)).size).toBe(units.length);
      // As a child of an optimisation it is the same job.
      const candidate = { strategyHash: 'a'.repeat(64), symbol: 'BTC-USD', units };
      const children = optimizePhase(CYCLE, [candidate]).flatMap((node) => node.children ?? []);
      expect(children.map(({ jobId }) => jobId)).toEqual(jobs().map(({ jobId }) => jobId));
    }),
  );
});

it('a trial evaluated twice counts once', () => {
  const trial = {
    cycleId: 'c1',
    stage: 'screen',
    strategyHash: 'h1',
    symbol: 'BTC-USD',
    timeframe: '1h',
    window: { from: 0, to: 9 },
  } as const;
  const id = trialId(trial);
  expect(trialId({ ...trial, unitId: 'u1' } as typeof trial)).toBe(id);
  expect(trialId({ ...trial, unitId: 'u2' } as typeof trial)).toBe(id);
  const others = [
    { ...trial, cycleId: 'c2' },
    { ...trial, stage: 'grid' as const },
    { ...trial, strategyHash: 'h2' },
    { ...trial, symbol: 'ETH-USD' },
    { ...trial, timeframe: '5m' as const },
    { ...trial, window: { from: 0, to: 8 } },
  ].map(trialId);
  expect(new Set([id, ...others]).size).toBe(7);
});

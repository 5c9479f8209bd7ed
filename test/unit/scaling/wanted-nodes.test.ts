import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adviseNodes,
  demandOf,
  type QueueLoad,
  type ScalingAdvice,
  type ScalingRules,
} from '../../../src/domain/scaling/wanted-nodes.ts';

const rules: ScalingRules = { targetDrainSeconds: 120, minNodes: 1, maxNodes: 50, tolerance: 0.1, holdSeconds: 300 };
const idle: QueueLoad = {
  queue: 'backtest',
  depth: 0,
  active: 0,
  oldestWaitingSeconds: 0,
  serviceSeconds: 6,
  slotsPerNode: 2,
  serial: false,
};
const T0 = Date.UTC(2025, 0, 1);

/** Advice at consecutive times, 30 s apart. */
function follow(loads: readonly Partial<QueueLoad>[], using: ScalingRules = rules): readonly ScalingAdvice[] {
  const advice: ScalingAdvice[] = [];
  for (const [i, load] of loads.entries())
    advice.push(adviseNodes({ ...idle, ...load }, using, advice.at(-1) ?? null, T0 + i * 30_000));
  return advice;
}
const wantedOf = (advice: readonly ScalingAdvice[]): readonly number[] => advice.map(({ wanted }) => wanted);
const times = (count: number, depth: number): Partial<QueueLoad>[] => Array.from({ length: count }, () => ({ depth }));

describe('the demand', () => {
  it('is the current work divided by the work of one node in the target time', () => {
    // 400 jobs of 6 s are 2400 s of work; a node of two slots does 240 s of it in two minutes.
    expect(demandOf({ ...idle, depth: 400 }, rules)).toBeCloseTo(10, 12);
    expect(demandOf({ ...idle, depth: 396, active: 4 }, rules)).toBeCloseTo(10, 12);
  });

  it('is at least the slots in use', () => {
    expect(demandOf({ ...idle, active: 6 }, rules)).toBe(3);
  });

  it('grows with overdue jobs, at most twofold', () => {
    const late = (oldestWaitingSeconds: number) => demandOf({ ...idle, depth: 400, oldestWaitingSeconds }, rules);
    expect([late(60), late(120), late(180), late(240), late(9999)]).toEqual([10, 10, 15, 20, 20]);
  });

  it('assumes a second while nothing has been measured', () => {
    expect(demandOf({ ...idle, depth: 240, serviceSeconds: null }, rules)).toBe(1);
  });

  it('of a serial queue is one node at any depth', () => {
    expect(demandOf({ ...idle, depth: 1e6, serial: true }, rules)).toBe(1);
    expect(demandOf({ ...idle, serial: true }, rules)).toBe(0);
  });
});

describe('the nodes wanted', () => {
  it('go up at once, and down after the hold to its peak demand', () => {
    const advice = follow([{ depth: 400 }, ...times(3, 0), { depth: 160 }, ...times(7, 40)]);
    // Low from the second time on. Ten steps later 300 s have passed, with a peak demand of four nodes.
    expect(wantedOf(advice)).toEqual([...Array<number>(11).fill(10), 4]);
  });

  it('reset the hold when the demand returns', () => {
    const advice = follow([{ depth: 400 }, ...times(9, 40), { depth: 400 }, ...times(10, 40), { depth: 40 }]);
    expect(wantedOf(advice)).toEqual([...Array<number>(21).fill(10), 1]);
  });

  it('ignore a demand within the tolerance', () => {
    expect(wantedOf(follow([{ depth: 400 }, { depth: 439 }, { depth: 441 }]))).toEqual([10, 10, 12]);
  });

  it('may be 0 when the minimum is 0, and 1 as soon as a job waits', () => {
    const none = { ...rules, minNodes: 0 };
    expect(wantedOf(follow([{}, { depth: 1 }], none))).toEqual([0, 1]);
  });

  it('follow changed limits', () => {
    const before = follow([{ depth: 4000 }]).at(-1)!;
    expect(before.wanted).toBe(50);
    expect(adviseNodes({ ...idle, depth: 4000 }, { ...rules, maxNodes: 20 }, before, T0 + 30_000).wanted).toBe(20);
    expect(adviseNodes(idle, { ...rules, minNodes: 60, maxNodes: 60 }, before, T0 + 30_000).wanted).toBe(60);
  });
});

const amount = fc.nat(1_000_000);
const anyLoad = fc.record({
  queue: fc.constant('backtest'),
  depth: amount,
  active: fc.nat(1000),
  oldestWaitingSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  serviceSeconds: fc.option(fc.double({ min: 0, max: 3600, noNaN: true })),
  slotsPerNode: fc.integer({ min: 1, max: 64 }),
  serial: fc.boolean(),
});
const anyRules = fc
  .record({
    targetDrainSeconds: fc.integer({ min: 1, max: 3600 }),
    minNodes: fc.nat(20),
    more: fc.nat(500),
    tolerance: fc.double({ min: 0, max: 1, noNaN: true }),
    holdSeconds: fc.nat(3600),
  })
  .map(({ minNodes, more, ...rest }): ScalingRules => ({ ...rest, minNodes, maxNodes: minNodes + more }));
const anyPrevious = fc.option(
  fc
    .record({
      wanted: fc.nat(500),
      ageMs: fc.option(fc.nat(7_200_000)),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ wanted, ageMs, share }) => ({
      wanted,
      lowSince: ageMs === null ? null : T0 - ageMs,
      lowPeak: ageMs === null ? 0 : Math.floor(share * Math.max(0, wanted - 1)),
    })),
);

describe('for any load', () => {
  it('the wanted nodes are an integer within the limits', () => {
    fc.assert(
      fc.property(anyLoad, anyRules, anyPrevious, (load, using, previous) => {
        const { wanted } = adviseNodes(load, using, previous, T0);
        expect(Number.isInteger(wanted)).toBe(true);
        expect(wanted).toBeGreaterThanOrEqual(using.minNodes);
        expect(wanted).toBeLessThanOrEqual(using.maxNodes);
      }),
    );
  });

  it('more, older or slower work never gives fewer nodes', () => {
    const more = fc.record({ depth: amount, active: fc.nat(1000), age: fc.nat(10_000), service: fc.nat(600) });
    fc.assert(
      fc.property(anyLoad, more, anyRules, anyPrevious, (load, extra, using, previous) => {
        const known = { ...load, serviceSeconds: load.serviceSeconds ?? 1 };
        const heavier: QueueLoad = {
          ...known,
          depth: load.depth + extra.depth,
          active: load.active + extra.active,
          oldestWaitingSeconds: load.oldestWaitingSeconds + extra.age,
          serviceSeconds: known.serviceSeconds + extra.service,
        };
        const [light, heavy] = [known, heavier].map((one) => adviseNodes(one, using, previous, T0).wanted);
        expect(heavy).toBeGreaterThanOrEqual(light!);
      }),
    );
  });

  it('a depth that varies by 4 % never changes the number of nodes', () => {
    const noise = fc.array(fc.double({ min: -0.04, max: 0.04, noNaN: true }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), noise, (depth, wavers) => {
        const unbounded = { ...rules, maxNodes: 1_000_000 };
        const wanted = wantedOf(
          follow(
            wavers.map((by) => ({ depth: depth * (1 + by) })),
            unbounded,
          ),
        );
        for (let i = 1; i < wanted.length; i += 1) expect(wanted[i]).toBeLessThanOrEqual(wanted[i - 1]!);
      }),
    );
  });

  it('a queue that fills and empties within the hold keeps its nodes', () => {
    const beats = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(beats, (pauses) => {
        const loads = pauses.flatMap((pause) => [{ depth: 400 }, ...times(pause, 0)]);
        expect(new Set(wantedOf(follow(loads)))).toEqual(new Set([10]));
      }),
    );
  });
});

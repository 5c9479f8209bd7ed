import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventQueue } from '../../../bench/scale/event-queue.ts';
import { simulateFleet, type FleetScenario } from '../../../bench/scale/simulate-fleet.ts';

const scenario: FleetScenario = {
  nodes: 20,
  units: 100,
  replicas: 2,
  seed: 1,
  serviceSeconds: 60,
  failureRate: 0,
  lossRate: 0,
  killShare: 0,
  outageSeconds: 0,
  rules: { leaseMs: 900_000, maxExpiries: 5, maxReplicas: 5, distinct: 'workers' },
};

describe('a simulated fleet', () => {
  it('without faults runs everything once, in near-ideal time, and fairly', () => {
    const outcome = simulateFleet(scenario);
    expect(outcome).toMatchObject({
      completed: 100,
      failed: 0,
      waste: 0,
      expiredLeases: 0,
      lateReports: 0,
      doubleReports: 0,
      countedTwice: 0,
      recoverySeconds: null,
    });
    expect(outcome.seconds / outcome.idealSeconds).toBeLessThan(2);
    expect(outcome.fairness).toBeGreaterThan(0.9);
  });

  it('gives equal outcomes for equal seeds only', () => {
    const faulty = { ...scenario, failureRate: 0.1, lossRate: 0.05, killShare: 0.3, outageSeconds: 200 };
    expect(simulateFleet(faulty)).toEqual(simulateFleet(faulty));
    expect(simulateFleet({ ...faulty, seed: 2 })).not.toEqual(simulateFleet(faulty));
  });

  it('ends every unit while enough workers are alive, and counts no result twice, under any faults', () => {
    const rate = fc.double({ min: 0, max: 0.6, noNaN: true });
    const faults = fc.record({
      seed: fc.nat(),
      nodes: fc.integer({ min: 3, max: 40 }),
      units: fc.integer({ min: 1, max: 60 }),
      replicas: fc.constantFrom(1, 2, 3),
      failureRate: rate,
      lossRate: rate,
      killShare: rate,
      outageSeconds: fc.constantFrom(0, 60, 2000),
    });
    fc.assert(
      fc.property(faults, (fault) => {
        const outcome = simulateFleet({ ...scenario, ...fault });
        expect(outcome.completed + outcome.failed + outcome.open).toBe(fault.units);
        // Each replica of a unit needs a different worker.
        if (outcome.living >= fault.replicas) expect(outcome.open).toBe(0);
        expect(outcome.countedTwice).toBe(0);
        // When every unit fails, all work is waste.
        if (outcome.completed > 0) expect(outcome.waste).toBeLessThan(1);
        const { failureReasons } = outcome;
        expect(Object.values(failureReasons).reduce((sum, count) => sum + count, 0)).toBe(outcome.failed);
        expect(Object.keys(failureReasons)).not.toContain('');
      }),
      { numRuns: 40 },
    );
  });

  it('fails units with a reason when nearly every worker stops reporting', () => {
    const { completed, failed, failureReasons, countedTwice } = simulateFleet({ ...scenario, failureRate: 0.9 });
    expect(completed + failed).toBe(100);
    expect(failed).toBeGreaterThan(0);
    expect(Object.keys(failureReasons).every((reason) => reason.length > 10)).toBe(true);
    expect(countedTwice).toBe(0);
  });

  it('recovers from the loss of a third of its nodes when their leases expire', () => {
    const { completed, recoverySeconds, expiredLeases } = simulateFleet({ ...scenario, killShare: 0.3 });
    expect(completed).toBe(100);
    expect(expiredLeases).toBeGreaterThan(0);
    expect(recoverySeconds).toBeGreaterThan(700);
    expect(recoverySeconds).toBeLessThan(3000);
  });
});

it('events are ordered by time, then by insertion', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = createEventQueue<number>();
      times.forEach((at, i) => queue.add(at, i));
      const out: { at: number; event: number }[] = [];
      for (let next = queue.next(); next !== null; next = queue.next()) out.push(next);
      const expected = times.map((at, event) => ({ at, event })).sort((a, b) => a.at - b.at || a.event - b.event);
      expect(out).toEqual(expected);
    }),
  );
});

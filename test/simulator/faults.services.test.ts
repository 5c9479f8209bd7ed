import { describe, expect, it } from 'vitest';
import { planOf } from './plan/plan.ts';
import { runPlan } from './simulate/run-plan.ts';
import { runSeeds } from './simulate/run-seeds.ts';
import { shrink } from './simulate/shrink.ts';
import * as system from './system.ts';

/** A simulation of `npm run faults`; more seeds run in faults.long.test.ts. */
describe('the money path under simulated faults', () => {
  it('keeps every rule in 200 seeds', { timeout: 240_000 }, async () => {
    const { failures, seeds } = await runSeeds(1, 200, system);
    expect(failures).toEqual([]);
    expect(seeds).toBe(200);
  });

  it('does the same again with the same seed', async () => {
    const plan = planOf(7);
    const [one, other] = [await runPlan(plan, system, true), await runPlan(plan, system, true)];
    expect(one.story).toEqual(other.story);
    expect(one.story.length).toBeGreaterThan(500);
    expect([...one.seen]).toEqual([...other.seen]);
  });

  it('finds what breaks a rule, and makes its plan smaller', { timeout: 120_000 }, async () => {
    const broken = { ...system, nextAuditRecord: forking };
    const plan = planOf(3);
    const { violation } = await runPlan(plan, broken);
    expect(violation?.rule).toBe('audit');
    const smaller = await shrink(plan, violation!, broken);
    expect(smaller.violation.rule).toBe('audit');
    expect(smaller.plan.faults).toHaveLength(0);
    expect(smaller.plan.actions).toHaveLength(0);
  });
});

/** Every fourth record begins the chain anew. */
const forking: typeof system.nextAuditRecord = (head, entry) => {
  const record = system.nextAuditRecord(head, entry);
  return record.seq % 4 === 0 ? { ...record, previous: '0'.repeat(64) } : record;
};

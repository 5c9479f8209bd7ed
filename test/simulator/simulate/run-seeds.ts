import { type Violation } from '../checks/violation.ts';
import { LEAST_ORDERS, planOf } from '../plan/plan.ts';
import { type System } from './load-system.ts';
import { runPlan } from './run-plan.ts';

export interface Tally {
  seeds: number;
  orders: number;
  /** Seeds with fewer orders than every run must have. */
  readonly poor: { readonly seed: number; readonly orders: number }[];
  operations: number;
  /** Seeds in which something occurred. */
  readonly seen: Record<string, number>;
  readonly failures: { readonly seed: number; readonly violation: Violation }[];
}

export const emptyTally = (): Tally => ({
  seeds: 0,
  orders: 0,
  poor: [],
  operations: 0,
  seen: {},
  failures: [],
});

/** Runs the seeds `from` to `to`; ends early at the first failure when `stopsAtFailure`. */
export async function runSeeds(from: number, to: number, system: System, stopsAtFailure = false): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = from; seed <= to; seed += 1) {
    const { violation, seen, orders, operations } = await runPlan(planOf(seed), system);
    tally.seeds += 1;
    tally.orders += orders;
    if (!violation && orders < LEAST_ORDERS) tally.poor.push({ seed, orders });
    tally.operations += operations;
    for (const what of seen) tally.seen[what] = (tally.seen[what] ?? 0) + 1;
    if (!violation) continue;
    tally.failures.push({ seed, violation });
    if (stopsAtFailure) break;
  }
  return tally;
}

export function add(into: Tally, other: Tally): void {
  into.seeds += other.seeds;
  into.orders += other.orders;
  into.poor.push(...other.poor);
  into.operations += other.operations;
  for (const [what, count] of Object.entries(other.seen)) into.seen[what] = (into.seen[what] ?? 0) + count;
  into.failures.push(...other.failures);
}

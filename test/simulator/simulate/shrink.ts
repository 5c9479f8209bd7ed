import { type Plan } from '../plan/plan.ts';
import { type Violation } from '../checks/violation.ts';
import { type System } from './load-system.ts';
import { runPlan } from './run-plan.ts';

/** Runs that a plan may be made smaller with. */
const BUDGET = 150;

/** A smaller plan that breaks the same rule: fewer faults, actions, strategies and candles. */
export async function shrink(
  plan: Plan,
  violation: Violation,
  system: System,
): Promise<{ readonly plan: Plan; readonly violation: Violation; readonly runs: number }> {
  let best = { plan, violation };
  let runs = 0;
  const tryOut = async (smaller: Plan): Promise<boolean> => {
    if (runs >= BUDGET) return false;
    runs += 1;
    const outcome = await runPlan(smaller, system);
    if (outcome.violation?.rule !== violation.rule) return false;
    best = { plan: smaller, violation: outcome.violation };
    return true;
  };
  /** Leaves out ever smaller parts of a list. */
  const reduce = async (name: 'faults' | 'actions' | 'strategies'): Promise<void> => {
    for (let size = Math.ceil(best.plan[name].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < best.plan[name].length;) {
        const kept = [...best.plan[name].slice(0, at), ...best.plan[name].slice(at + size)];
        if (name === 'strategies' && kept.length === 0) break;
        if (!(await tryOut({ ...best.plan, [name]: kept }))) at += size;
      }
    }
  };
  await tryOut({ ...plan, candles: Math.min(plan.candles, violation.candle + 1) });
  await reduce('actions');
  await reduce('faults');
  await reduce('strategies');
  await reduce('actions');
  return { ...best, runs };
}

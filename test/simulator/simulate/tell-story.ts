import { type Plan } from '../plan/plan.ts';
import { type Violation } from '../checks/violation.ts';
import { type System } from './load-system.ts';
import { runPlan } from './run-plan.ts';

/** Lines before the broken rule that are shown. */
const SHOWN = 80;

/** What happened in a run that broke a rule, for a person. */
export async function tellStory(plan: Plan, violation: Violation, system: System): Promise<string> {
  const { story } = await runPlan(plan, system, true);
  const planned = [
    `  ${plan.timeframe} candles, ${plan.strategies.length} strategies, ${plan.isBold ? 'large' : 'usual'} positions`,
    ...plan.faults.map(
      (f) => `  candle ${f.candle}: ${f.kind} at ${f.target || 'any operation'} after ${f.skip} others`,
    ),
    ...plan.actions.map((a) => `  candle ${a.candle}: ${a.kind} after ${a.after || 'any operation'}`),
  ];
  const end = story.findIndex((line) => line.includes(' ## '));
  const upTo = end < 0 ? story.length : end + 1;
  return [
    `seed ${plan.seed}, candle ${violation.candle}: ${violation.rule}: ${violation.text}`,
    'the plan, made smaller:',
    ...planned,
    'what happened:',
    ...story.slice(Math.max(0, upTo - SHOWN), upTo).map((line) => `  ${line}`),
  ].join('\n');
}

import { createChecks } from '../checks/checks.ts';
import { type Violation } from '../checks/violation.ts';
import { QUIET_CANDLES, type Plan } from '../plan/plan.ts';
import { createActions } from './actions.ts';
import { startLife } from './company.ts';
import { holdingOf, strategyOf } from './holdings.ts';
import { createSimulation } from './simulation.ts';
import { type System } from './load-system.ts';

export interface Outcome {
  readonly violation: Violation | null;
  /** Kinds of faults, states and crossings that occurred. */
  readonly seen: ReadonlySet<string>;
  readonly orders: number;
  readonly operations: number;
  readonly story: readonly string[];
}

/** Virtual time without a candle after which the company has stopped, ms. */
const STOPPED_AFTER = 30 * 60_000;

/** Runs a plan to its end or to the first broken rule. The same plan gives the same outcome. */
export async function runPlan(plan: Plan, system: System, tells = false): Promise<Outcome> {
  const simulation = createSimulation(plan, tells);
  const {
    world,
    rows,
    faults,
    plan: { actions, candles },
  } = simulation;
  const checks = createChecks(simulation);
  const act = createActions(simulation, system, checks);
  plan.strategies.forEach((strategy, i) => {
    rows.strategies.insert(strategyOf(strategy));
    rows.holdings.put(holdingOf(strategy, plan.timeframe, i));
  });

  let left = [...actions];
  /** Operations that must still pass before the next action; null until its operation was seen. */
  let countdown: number | null = null;
  let lastCandleAt = world.now();
  simulation.onCandle = () => {
    simulation.candle += 1;
    lastCandleAt = world.now();
    world.tell(() => `---- candle ${simulation.candle}`);
    for (const venue of simulation.venues.values()) venue.reveal();
    if (simulation.candle > candles) {
      faults.end();
      left = [];
    } else faults.startCandle(simulation.candle);
    // A run that has had too few orders goes on, with somebody who resumes now and then, and adds what was retired.
    const isSpare = simulation.candle > candles + QUIET_CANDLES;
    const acts = (kind: 'resume' | 'add-strategy'): void =>
      act({ candle: 0, kind, after: '', afterOperations: 0, pick: world.rng.next() });
    if (isSpare && simulation.candle % 10 === 0) acts('resume');
    if (isSpare && simulation.candle % 50 === 0) acts('add-strategy');
  };
  simulation.afterOperation = (name) => {
    const [next] = left;
    if (!next || next.candle > simulation.candle) return;
    if (countdown === null) {
      // An operation that does not come for some candles is not waited for.
      if (!name.startsWith(next.after) && simulation.candle < next.candle + 10) return;
      countdown = next.afterOperations;
    } else countdown -= 1;
    if (countdown > 0) return;
    countdown = null;
    left = left.slice(1);
    act(next);
  };

  startLife({ simulation, system, checks }, 1);
  let isOver = false;
  await world.run(() => {
    if (world.now() - lastCandleAt > STOPPED_AFTER && !isOver)
      simulation.violate('jobs', `no candle has passed for ${STOPPED_AFTER / 60_000} minutes`);
    isOver = !simulation.hasNext() && (simulation.isFinished() || simulation.violation !== null);
    return isOver;
  });
  return {
    violation: simulation.violation,
    seen: simulation.seen,
    orders: checks.truth.sent.size,
    operations: simulation.operations,
    story: world.story,
  };
}

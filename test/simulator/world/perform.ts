import { type PlannedFault } from '../plan/plan.ts';
import { ACCOUNT, type Resource, type Simulation } from '../simulate/simulation.ts';
import { type System } from '../simulate/load-system.ts';
import { forever, LOCK_LOSS_MS, type Life } from './life.ts';

/** Runs the effect of one operation of an agent, with whatever strikes it. */
export type Perform = <T>(agent: string, name: string, effect: () => T) => Promise<T>;

/** A driver gives up after this, ms. */
const GIVES_UP_AFTER = 2000;
/** Share of operations that take time, so that others come between. */
const SLOW = 0.01;

const resourceOf = (name: string): Resource | null =>
  name.startsWith('broker.')
    ? 'venue'
    : name.startsWith('queue.') || name.startsWith('broadcast')
      ? 'redis'
      : name.startsWith('data.series') || name.startsWith('data.market')
        ? null
        : 'store';

export function createPerform(simulation: Simulation, life: Life, { AppError }: System): Perform {
  const { world, faults, down, venue, plan, rows, seen } = simulation;

  const unreachable = (resource: Resource | null): Error =>
    // A driver's own error is not one of ours.
    world.rng.next() < 0.5
      ? new Error('socket hang up')
      : new AppError(`${resource ?? 'venue'}-unreachable`, `the ${resource ?? 'venue'} did not answer`, {
          retryable: true,
        });

  const isDown = (resource: Resource): boolean => (down.get(resource) ?? 0) > world.now();

  /** Redis is waited for; the store and the venue are given up. */
  const reach = async (resource: Resource): Promise<void> => {
    if (!isDown(resource)) return;
    if (resource === 'redis') {
      while (isDown(resource)) await world.sleep(down.get(resource)! - world.now());
      return;
    }
    await world.sleep(Math.min(GIVES_UP_AFTER, down.get(resource)! - world.now() + 1));
    if (isDown(resource)) throw unreachable(resource);
  };

  const crash = <T>(): Promise<T> => {
    const flatten = rows.riskStates.get(ACCOUNT)?.flatten;
    if (flatten && flatten.doneAt === undefined) seen.add('a crash while a flatten is under way');
    life.crash();
    return forever<T>();
  };

  const strike = async <T>(
    fault: PlannedFault,
    name: string,
    resource: Resource | null,
    effect: () => T,
  ): Promise<{ readonly value: T } | null> => {
    const { kind, ms } = fault;
    simulation.disturb(`${kind} at ${name}`);
    seen.add(`fault ${kind}`);
    switch (kind) {
      case 'crash-before':
        return crash();
      case 'crash-after':
        effect();
        if (name.startsWith('broker.submit')) seen.add('a crash between a send and its answer');
        return crash();
      case 'lose-request':
        throw unreachable(resource);
      case 'lose-answer':
        effect();
        throw unreachable(resource);
      case 'double-request':
        effect();
        simulation.isRepeat = true;
        try {
          return { value: effect() };
        } finally {
          simulation.isRepeat = false;
        }
      case 'delay':
        await world.sleep(ms / 10);
        return null;
      case 'freeze':
        life.freeze(world.sleep(LOCK_LOSS_MS + ms));
        await life.awake();
        return null;
      case 'store-down':
      case 'redis-down':
      case 'venue-down': {
        const which = kind.slice(0, -'-down'.length) as Resource;
        down.set(which, world.now() + ms);
        world.schedule(ms, () => simulation.disturb(`the ${which} is back`));
        return null;
      }
      case 'partial-fill':
        venue.moods.fillsPartly = true;
        return null;
      case 'late-fill-report':
        venue.moods.reportsFillLate = true;
        return null;
      case 'fill-between': {
        const time = plan.markets[0]!.time[simulation.bar()]!;
        for (const each of simulation.venues.values()) for (const { symbol } of plan.markets) each.play(symbol, time);
        return null;
      }
      case 'reject':
        venue.moods.rejects = true;
        return null;
      case 'lose-order':
        simulation.exchangeOf(ACCOUNT).lose();
        return null;
      case 'time-passes':
        // After one candle the price may have left its bounds; after three the approval has expired.
        simulation.passTime(1 + (ms % 3));
        return null;
      case 'clock-skew':
        simulation.skew += (ms - 12_000) * 20;
        return null;
      case 'unreadable-market': {
        const market = plan.markets[ms % plan.markets.length]!;
        simulation.unreadable.set(market.symbol, world.now() + ms);
        world.schedule(ms, () => simulation.disturb(`${market.symbol} can be read again`));
        return null;
      }
      default:
        return null;
    }
  };

  return async <T>(agent: string, name: string, effect: () => T): Promise<T> => {
    if (!life.isAlive()) return forever<T>();
    const frozen = life.awake();
    if (frozen) await frozen;
    simulation.operations += 1;
    const resource = resourceOf(name);
    const fault = faults.atOperation(name);
    let done = fault && (await strike(fault, name, resource, effect));
    if (!done) {
      if (resource) await reach(resource);
      if (world.rng.next() < SLOW) await world.sleep(world.rng.integer(1, 40));
      if (!life.isAlive()) return forever<T>();
      done = { value: effect() };
    }
    life.lastOperation.set(agent, name);
    life.performed.add(`${agent}/${name}`);
    simulation.afterOperation(name);
    if (!life.isAlive()) return forever<T>();
    return done.value;
  };
}

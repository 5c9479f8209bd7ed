import { type Checks } from '../checks/checks.ts';
import { type Life } from '../world/life.ts';
import { type Perform } from '../world/perform.ts';
import { type Simulation } from '../simulate/simulation.ts';
import { type System } from '../simulate/load-system.ts';
import { memoryStoresOf } from './memory-stores.ts';

type Method = (...values: readonly unknown[]) => unknown;

/** The stores as an agent of one process has them: each use is an operation that faults may strike, and is checked. */
export function watchedStores(
  { rows }: Simulation,
  system: System,
  checks: Checks,
  life: Life,
  agent: string,
  perform: Perform,
): Readonly<Record<string, Readonly<Record<string, Method>>>> {
  const stores = memoryStoresOf(rows, system) as unknown as Record<string, Record<string, Method>>;
  return Object.fromEntries(
    Object.entries(stores).map(([store, methods]) => [
      store,
      Object.fromEntries(
        Object.entries(methods).map(([method, effect]) => {
          const name = `${store}.${method}`;
          const watch = checks.watches[name];
          const watched: Method = watch
            ? (...values) => watch({ life, agent }, () => effect(...values), ...values)
            : (...values) => effect(...values);
          return [method, (...values: readonly unknown[]) => perform(agent, name, () => watched(...values))];
        }),
      ),
    ]),
  );
}

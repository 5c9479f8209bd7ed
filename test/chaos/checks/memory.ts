import { memoryOf } from '../../../bench/cycle/process-memory.ts';
import { MEMBERS, SERVICES } from '../plan/plan.ts';
import { type World } from '../world/world.ts';
import { type Violate } from './check.ts';

/** Resident bytes by process. */
export type Memory = Readonly<Record<string, number>>;

/** A young process has compiled less, and a slow machine collects its garbage late. What leaks grows beyond this in half an hour. */
const GROWTH = { factor: 2, floor: 100e6 };
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)}`;

export async function measureMemory(world: World): Promise<Memory> {
  const all = [...MEMBERS.map((name) => world.members[name]), ...SERVICES.map((name) => world.services[name])];
  const entries = await Promise.all(
    all.map(
      async (one) => [one.name, (one.pid() === undefined ? null : await memoryOf(one.pid()!))?.rss ?? 0] as const,
    ),
  );
  return Object.fromEntries(entries);
}

/** Memory is back at the level that it had before the faults. */
export function checkMemory(before: Memory, after: Memory, violate: Violate): string {
  for (const [name, bytes] of Object.entries(after)) {
    const level = before[name] ?? 0;
    if (bytes > level * GROWTH.factor + GROWTH.floor)
      violate('memory', `${name} has ${megabytes(bytes)} MB, it had ${megabytes(level)} MB before the faults`);
  }
  return Object.entries(after)
    .map(([name, bytes]) => `${name} ${megabytes(before[name] ?? 0)} to ${megabytes(bytes)} MB`)
    .join(', ');
}

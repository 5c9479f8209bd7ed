import { expect, it, onTestFinished } from 'vitest';
import { createDatabase } from '../../../src/adapters/mongo/database.ts';
import { createFleetOrphanStore } from '../../../src/adapters/mongo/fleet/orphans.ts';
import { openTemporaryStore } from './temporary-store.ts';

it('reports on units that do not exist are kept up to a bound, also by several coordinators', async () => {
  const store = await openTemporaryStore();
  onTestFinished(() => store.close());
  const database = createDatabase(await store.connect());
  const [one, other] = [createFleetOrphanStore(database, 3), createFleetOrphanStore(database, 3)];
  const orphan = (key: string) =>
    ({ key, workId: '9', workerId: 'w', why: 'unknown-unit', report: {}, submittedAt: 1 }) as const;
  expect([await one.add(orphan('a')), await other.add(orphan('b')), await one.add(orphan('a'))]).toEqual([
    true,
    true,
    false,
  ]);
  expect([await other.add(orphan('c')), await one.add(orphan('d')), await other.add(orphan('e'))].at(-1)).toBe(false);
  expect((await one.list(10)).length).toBeLessThanOrEqual(4);
  // One that is full by its own count looks again.
  await store.stop();
  await store.start();
  expect(await other.add(orphan('f'))).toBe(false);
});

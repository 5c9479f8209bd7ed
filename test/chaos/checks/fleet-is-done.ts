import { connectMongo } from '../../../src/adapters/mongo/connection.ts';
import { createMongoFleetStores } from '../../../src/adapters/mongo/fleet/stores.ts';
import { votesOf } from '../../../src/domain/fleet/unit.ts';
import { coordinatorScope } from '../../../src/runtime/coordinator-stores.ts';
import { patiently } from '../world/patiently.ts';
import { NAMESPACE } from '../world/settings.ts';
import { type World } from '../world/world.ts';
import { type Violate } from './check.ts';

const WITHIN_MS = 300_000;

/** Every unit was created once and gets its results, none more than were wanted, and each is counted once. */
export async function checkFleetIsDone(world: World, asked: number, violate: Violate): Promise<string> {
  const connection = await connectMongo({
    url: world.direct.mongoUrl,
    database: coordinatorScope(NAMESPACE),
    onError: () => undefined,
  });
  try {
    const stores = createMongoFleetStores(connection);
    const isDone = await patiently(WITHIN_MS, async () => {
      const { pending, in_progress } = await stores.units.counts();
      return pending + in_progress === 0;
    });
    const counts = await stores.units.counts();
    if (!isDone) violate('fleet', `units are not done after ${WITHIN_MS / 1000} s: ${JSON.stringify(counts)}`);
    const units = await stores.units.list({ limit: 1_000_000 });
    // The last batch may have been created with its answer lost.
    if (units.length < asked) violate('fleet', `${units.length} of ${asked} units exist`);
    const keys = new Set(units.map(({ key }) => key));
    if (keys.size < units.length) violate('fleet', `${units.length} units have ${keys.size} keys`);
    for (const unit of units) {
      const votes = votesOf(unit);
      if (votes.length > unit.wanted) violate('fleet', `unit ${unit.id} has ${votes.length} results of ${unit.wanted}`);
      if (new Set(votes.map(({ workerId }) => workerId)).size < votes.length)
        violate('fleet', `unit ${unit.id} has two results of one worker`);
    }
    if (counts.failed > 0) violate('fleet', `${counts.failed} units failed`);
    return `${units.length} units, ${counts.completed} completed`;
  } finally {
    await connection.close();
  }
}

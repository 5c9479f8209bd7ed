import { type FleetStores } from '../../ports/fleet/stores.ts';
import { openCoordinatorStores } from '../../runtime/coordinator-stores.ts';
import { type ReadContext } from '../../runtime/read-context.ts';
import { type CliIo } from '../output/io.ts';
import { anyDescriptor } from './choose-descriptor.ts';
import { withReadContext } from './open-context.ts';

/** Runs a short command that reads the stores of the coordinator on these services, whether or not one is running. */
export async function withCoordinatorStores<T>(
  io: CliIo,
  use: (stores: FleetStores, context: ReadContext) => Promise<T>,
): Promise<T> {
  return withReadContext(io, anyDescriptor(), async (context, { redis, mongo }) => {
    const { config, log } = context;
    const opened = await openCoordinatorStores({
      config,
      redisUrl: redis.url,
      mongoUrl: mongo.url,
      log,
      access: 'read',
    });
    try {
      return await use(opened.fleetStores, context);
    } finally {
      await opened.close();
    }
  });
}

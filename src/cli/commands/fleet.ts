import { type Command } from 'commander';
import { attentionOf, readFleetState } from '../../coordinator/attention.ts';
import { ACTIVE_MS } from '../../coordinator/summary.ts';
import { isQuarantined, isResting, restEnd, type Worker } from '../../domain/fleet/worker.ts';
import { isoTime } from '../../reports/figures.ts';
import { fleetRules } from '../../runtime/fleet-rules.ts';
import { jsonOption } from '../input/options.ts';
import { type CliIo } from '../output/io.ts';
import { withCoordinatorStores } from '../process/with-coordinator-stores.ts';

function stateOf(worker: Worker, now: number): string {
  if (isQuarantined(worker)) return 'quarantined';
  if (isResting(worker, now)) return 'resting';
  return now - worker.lastSeen < ACTIVE_MS ? 'active' : 'inactive';
}

function whyOf(worker: Worker, now: number): string | null {
  if (isQuarantined(worker)) return worker.quarantine;
  if (isResting(worker, now)) return `until ${isoTime(restEnd(worker))}`;
  return worker.suspectOver.length > 0 ? `its reports are disputed on ${worker.suspectOver.length} units` : null;
}

export function registerFleet(program: Command, io: CliIo): void {
  program
    .command('fleet')
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json: boolean }) => {
      const { workers, attention, now } = await withCoordinatorStores(io, async (stores, { config, clock }) => {
        const state = await readFleetState(stores, fleetRules(config), clock.now());
        return { ...state, attention: attentionOf(state) };
      });
      if (json) {
        const items = workers.map((worker) => ({ ...worker, state: stateOf(worker, now), why: whyOf(worker, now) }));
        return io.json({ items, attention });
      }
      io.table(
        workers.map((worker) => ({
          worker: worker.id,
          state: stateOf(worker, now),
          seen: isoTime(worker.lastSeen),
          counted: worker.completed,
          refused: worker.refused,
          'late or twice': worker.surplus,
          generation: worker.generation,
          why: whyOf(worker, now),
        })),
        'No workers: start some with COORDINATOR_URL set to the address of the coordinator.',
      );
      for (const line of attention) io.print(line);
    });
}

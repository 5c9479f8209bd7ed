import { Option, type Command } from 'commander';
import { unitSummary } from '../../coordinator/wire.ts';
import { UNIT_STATES, type UnitState } from '../../domain/fleet/unit.ts';
import { isoTime } from '../../reports/figures.ts';
import { jsonOption, limitOption } from '../input/options.ts';
import { type CliIo } from '../output/io.ts';
import { withCoordinatorStores } from '../process/with-coordinator-stores.ts';

interface Options {
  readonly state?: UnitState;
  readonly limit: number;
  readonly json: boolean;
}

export function registerUnits(program: Command, io: CliIo): void {
  program
    .command('units')
    .addOption(new Option('--state <state>', 'only these').choices(UNIT_STATES))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action(async ({ state, limit, json }: Options) => {
      const units = await withCoordinatorStores(io, (stores) =>
        stores.units.newest({ limit, ...(state && { state }) }),
      );
      if (json)
        return io.json({ items: units.map((unit) => ({ ...unitSummary(unit), strategy_params: unit.params })) });
      io.table(
        units.map((unit) => {
          const { replicas_completed: completed, replicas_needed: needed, reason } = unitSummary(unit);
          const file = unit.params['data_file'] ?? unit.params['market'];
          return {
            unit: unit.id,
            state: unit.state,
            kind: unit.kind,
            results: `${completed} of ${needed}`,
            file: typeof file === 'string' ? file : null,
            created: isoTime(unit.createdAt),
            key: unit.key.startsWith('#') ? null : unit.key,
            reason,
          };
        }),
        'No work units: create some with POST /api/work_units, or forward searches to this coordinator.',
      );
    });
}

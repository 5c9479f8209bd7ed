import { resolve } from 'node:path';
import { type Command } from 'commander';
import {
  importDatabase,
  type ImportCount,
  type ImportReport,
  type LostRow,
} from '../../coordinator/import-database.ts';
import { importElites, type EliteReport } from '../../coordinator/import-elites.ts';
import { openPythonDatabase } from '../../adapters/sqlite/open-python-database.ts';
import { openCoordinatorStores } from '../../runtime/coordinator-stores.ts';
import { jsonOption, modeOption } from '../input/options.ts';
import { type CliIo } from '../output/io.ts';
import { createProgressBar } from '../output/progress-bar.ts';
import { anyDescriptor, type Mode } from '../process/choose-descriptor.ts';
import { withWritableStores } from '../process/open-context.ts';

interface Options {
  readonly mode?: Mode;
  readonly json: boolean;
}

/** Rows named one by one; `--json` names all. */
const MOST_NAMED = 50;
const SINGULAR = { work_units: 'work unit', results: 'result', elite_genomes: 'genome' } as const;

type Imported = Omit<ImportReport, 'lost'> & Omit<EliteReport, 'lost'> & { readonly lost: readonly LostRow[] };

async function importFile(io: CliIo, path: string, { mode }: Options): Promise<Imported & { readonly mode: Mode }> {
  const database = await openPythonDatabase(resolve(io.cwd, path));
  try {
    return await withWritableStores(io, anyDescriptor(mode), async (context, { redis, mongo }) => {
      const { config, log, clock, stores, descriptor } = context;
      const opened = await openCoordinatorStores({
        config,
        redisUrl: redis.url,
        mongoUrl: mongo.url,
        log,
        access: 'write',
      });
      const progress = createProgressBar(io, 'rows', database.count('work_units') + database.count('results'));
      try {
        const elites = await importElites(database, { strategies: stores.strategies, clock });
        const report = await importDatabase(database, {
          stores: opened.fleetStores,
          clock,
          onProgress: (rows) => progress.update(rows),
        });
        return { ...report, ...elites, lost: [...report.lost, ...elites.lost], mode: descriptor.mode };
      } finally {
        progress.end();
        await opened.close();
      }
    });
  } finally {
    database.close();
  }
}

const arrived = ({ imported, known, found }: ImportCount): string =>
  `${imported} of ${found}${known === 0 ? '' : ` (${known} already here)`}`;

function printReport(io: CliIo, { units, results, genomes, lost, mode }: Imported & { readonly mode: Mode }): void {
  for (const { table, id, reason } of lost.slice(0, MOST_NAMED)) io.print(`${SINGULAR[table]} ${id}: ${reason}`);
  if (lost.length > MOST_NAMED) io.print(`... and ${lost.length - MOST_NAMED} more: --json names them all`);
  io.print(
    [
      `Imported work units ${arrived(units)}, ${units.queued} of them queued`,
      `results ${arrived(results)}`,
      `genomes ${arrived(genomes)} as candidates of the ${mode} company`,
      `not imported: ${lost.length}`,
    ].join('; '),
  );
}

export function registerCoordinatorImport(coordinator: Command, io: CliIo): void {
  coordinator
    .command('import')
    .description('units, results and élite genomes of the database of a Python coordinator; twice changes nothing')
    .argument('<file>', 'its SQLite file; stop it first')
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (path: string, options: Options) => {
      const { mode, lost, ...counts } = await importFile(io, path, options);
      if (options.json) io.json({ mode, ...counts, notImported: lost });
      else printReport(io, { mode, lost, ...counts });
    });
}

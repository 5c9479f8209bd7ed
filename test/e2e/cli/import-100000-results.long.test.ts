import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eliteRow, pythonDatabase, resultRow, unitRow } from '../../fixtures/python/database.ts';
import { workspace } from './corp-process.ts';

const RESULTS = 100_000;
const UNITS = RESULTS / 2;

const numbered = <T>(count: number, of: (id: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i + 1));

it(`imports ${RESULTS} results`, async () => {
  const place = workspace();
  const rows = {
    work_units: numbered(UNITS, (id) => unitRow(id, { status: 'completed', canonical_result_id: 2 * id - 1 })),
    results: numbered(RESULTS, (id) => resultRow(id, Math.ceil(id / 2))),
    elite_genomes: numbered(100, (id) => eliteRow(id)),
  };
  writeFileSync(join(place.directory, 'old.db'), await pythonDatabase(rows));
  const { exitCode, stdout } = await place.corp('coordinator', 'import', 'old.db', '--json');
  expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({
    exitCode: 0,
    units: { imported: UNITS },
    results: { imported: RESULTS },
    genomes: { imported: 100 },
    notImported: [],
  });
});

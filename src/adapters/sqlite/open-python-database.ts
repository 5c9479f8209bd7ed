import { existsSync, readFileSync, statSync } from 'node:fs';
import { type Database, type Statement } from 'sql.js';
import { AppError, errorText } from '../../domain/errors.ts';
import { type LooseRow, type LooseValue } from '../../domain/fleet/import/loose-row.ts';
import { type PythonDatabase, type PythonTable } from '../../ports/fleet/python-database.ts';

/** First bytes of every SQLite file. */
const MAGIC = 'SQLite format 3\u0000';
/** The library holds the file in the memory of WebAssembly, which has 2 GB at most. */
const MAX_BYTES = 1_500_000_000;
/** Versions of file format for writing and reading; 2 means a write-ahead log, which the library cannot open. */
const FORMAT_VERSIONS = [18, 19] as const;
const ROLLBACK_JOURNAL = 1;

/** Files in which SQLite keeps changes that are not in the database file yet. */
const PENDING = ['-wal', '-journal'] as const;

const badFile = (path: string, what: string, advice: string): AppError =>
  new AppError('bad-input', `${path}: ${what}`, { advice });

function readFile(path: string): Uint8Array {
  let size: number;
  try {
    ({ size } = statSync(path));
  } catch (error) {
    throw badFile(path, errorText(error), 'Give the path of the database of the Python coordinator');
  }
  if (size > MAX_BYTES) {
    throw badFile(
      path,
      `has ${size} bytes; at most ${MAX_BYTES} can be imported`,
      'Delete old rows in a copy of it, then run VACUUM on the copy',
    );
  }
  for (const suffix of PENDING) {
    if (!existsSync(path + suffix) || statSync(path + suffix).size === 0) continue;
    throw badFile(
      path,
      `${path}${suffix} holds changes that are not in the file yet`,
      `Stop the Python coordinator, then let SQLite apply them: python3 -c "import sqlite3; c = sqlite3.connect('${path}'); c.execute('SELECT count(*) FROM sqlite_master').fetchall(); c.close()"`,
    );
  }
  const bytes = readFileSync(path);
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) {
    throw badFile(path, 'is not an SQLite database', 'Give the database of the Python coordinator');
  }
  for (const at of FORMAT_VERSIONS) bytes[at] = ROLLBACK_JOURNAL;
  return bytes;
}

function* rowsOf(statement: Statement): Iterable<LooseRow> {
  try {
    const names = statement.getColumnNames();
    while (statement.step()) {
      const values = statement.get() as LooseValue[];
      yield Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));
    }
  } finally {
    statement.free();
  }
}

/** Opens a database file, which is only read. @throws AppError `bad-input` */
export async function openPythonDatabase(path: string): Promise<PythonDatabase> {
  const bytes = readFile(path);
  // Loaded late: only this command needs it.
  const { default: initSqlJs } = await import('sql.js');
  const { Database: Sqlite } = await initSqlJs();
  const database = new Sqlite(bytes);
  try {
    return readerOf(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
}

function readerOf(database: Database, path: string): PythonDatabase {
  /** Errors of SQLite are faults of the file. */
  function reading<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw badFile(
        path,
        `cannot be read: ${errorText(error)}`,
        'Check it with PRAGMA integrity_check; recover a damaged one with sqlite3 FILE.db .recover',
      );
    }
  }
  const columns = (table: PythonTable): readonly string[] =>
    reading(() => [...rowsOf(database.prepare(`PRAGMA table_info(${table})`))]).map(({ name }) => String(name));

  const tables = {
    work_units: columns('work_units'),
    results: columns('results'),
    elite_genomes: columns('elite_genomes'),
  };
  if (tables.work_units.length === 0 && tables.results.length === 0) {
    throw badFile(path, 'has neither a table work_units nor results', 'Give the database of the Python coordinator');
  }
  return {
    count(table) {
      if (tables[table].length === 0) return 0;
      const [row] = reading(() => [...rowsOf(database.prepare(`SELECT count(*) AS n FROM ${table}`))]);
      return Number(row?.['n'] ?? 0);
    },
    *rows(table, wanted = tables[table]) {
      const names = wanted.filter((name) => tables[table].includes(name));
      if (names.length === 0) return;
      const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
      const rows = reading(() =>
        rowsOf(database.prepare(`SELECT ${quoted} FROM ${table} ORDER BY rowid`))[Symbol.iterator](),
      );
      for (;;) {
        const next = reading(() => rows.next());
        if (next.done) return;
        yield next.value;
      }
    },
    close: () => database.close(),
  };
}

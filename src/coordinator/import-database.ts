import { candleFileOf, evaluatesOneGenome } from '../domain/fleet/strategy-params.ts';
import { newUnit } from '../domain/fleet/unit.ts';
import { isFault, type LooseRow } from '../domain/fleet/import/loose-row.ts';
import { readResultRow, type ImportedResult } from '../domain/fleet/import/result-row.ts';
import { readUnitRow, type ImportedUnit } from '../domain/fleet/import/unit-row.ts';
import { sha256 } from '../domain/identity/sha256.ts';
import { type Clock } from '../ports/clock.ts';
import { type PythonDatabase, type PythonTable } from '../ports/fleet/python-database.ts';
import { type FleetResult, type FleetUnit } from '../ports/fleet/records.ts';
import { type FleetStores } from '../ports/fleet/stores.ts';
import { PRIORITY } from './unit-request.ts';

/** A row that did not arrive. */
export interface LostRow {
  readonly table: PythonTable;
  /** Its number there, as written. */
  readonly id: string;
  readonly reason: string;
}

export interface ImportCount {
  readonly found: number;
  readonly imported: number;
  /** Imported before. */
  readonly known: number;
}

export interface ImportReport {
  readonly units: ImportCount & { readonly queued: number };
  readonly results: ImportCount;
  readonly lost: readonly LostRow[];
}

export interface ImportDeps {
  readonly stores: Pick<FleetStores, 'counters' | 'units' | 'results'>;
  readonly clock: Clock;
  /** Called with the number of rows read so far. */
  readonly onProgress: (rows: number) => void;
}

/** A unit that is stored here. */
interface Arrived {
  readonly id: number;
  /** Number of its canonical result there, and the id that is reserved for it here. */
  readonly canonical: { readonly there: number; readonly here: number } | null;
}

/** Rows per write. */
const BATCH = 1000;
/** Above every share of results to verify: imported figures are never recomputed, and no worker is punished for one. */
const NEVER_SAMPLED = 1;

export const lostRow = (table: PythonTable, row: LooseRow, reason: string): LostRow => ({
  table,
  id: String(row['id'] ?? '?'),
  reason,
});

function* batchesOf<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The number of result rows of each unit, readable or not. */
export function resultCounts(database: PythonDatabase): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { work_unit_id: unitId } of database.rows('results', ['work_unit_id'])) {
    if (typeof unitId === 'number') counts.set(unitId, (counts.get(unitId) ?? 0) + 1);
  }
  return counts;
}

interface Survey {
  /** Readable results of each unit. */
  readonly counts: ReadonlyMap<number, number>;
  /** The canonical result of each unit that has a readable one; both by their number there. */
  readonly canonical: ReadonlyMap<number, number>;
}

/** Reads all results before the first unit is written: a unit is open while readable results are missing. */
function surveyResults(database: PythonDatabase): Survey {
  const named = new Map<number, number>();
  for (const { id, canonical_result_id: result } of database.rows('work_units', ['id', 'canonical_result_id'])) {
    if (typeof id === 'number' && typeof result === 'number') named.set(id, result);
  }
  const counts = new Map<number, number>();
  const canonical = new Map<number, number>();
  for (const row of database.rows('results')) {
    const result = readResultRow(row);
    if (isFault(result)) continue;
    const { id, unitId } = result;
    counts.set(unitId, (counts.get(unitId) ?? 0) + 1);
    const isChosen = named.has(unitId) ? named.get(unitId) === id : row['is_canonical'] === 1;
    if (isChosen && !canonical.has(unitId)) canonical.set(unitId, id);
  }
  return { counts, canonical };
}

function draftOf(unit: ImportedUnit, id: number, results: number, canonical: number | null, now: number): FleetUnit {
  const { key, params, state, status, replicas } = unit;
  const deterministic = evaluatesOneGenome(params);
  const createdAt = unit.createdAt ?? now;
  const isOpen = state === 'open';
  const kind = deterministic ? 'evaluate' : 'genetic';
  const file = candleFileOf(params);
  return {
    ...newUnit({
      ...{ id, kind, deterministic, replicas, priority: PRIORITY, createdAt },
      ...(file !== undefined && { file }),
    }),
    ...(isOpen
      ? { replicas: replicas - results, wanted: replicas - results }
      : { state, wanted: 0, endedAt: createdAt }),
    ...(state === 'cancelled' && { reason: `'${status}' at the Python coordinator` }),
    key,
    requestHash: sha256(key),
    canonical,
    params,
    imported: { id: unit.id, results },
    inStep: true,
    version: 1,
  };
}

function resultOf(
  result: ImportedResult,
  place: Pick<FleetResult, 'id' | 'unitId' | 'sound'>,
  now: number,
): FleetResult {
  const { key, workerId, fields, verdict, reason, generation, submittedAt } = result;
  return {
    ...fields,
    ...place,
    key,
    workerId,
    replica: 0,
    submittedAt: submittedAt ?? now,
    verdict,
    reason,
    digest: '',
    generation,
    specResults: null,
    tallied: true,
    hasGenome: fields.strategy_genome !== null,
    lot: NEVER_SAMPLED,
    verification: 'unverified',
    verifiedAt: null,
    verificationNote: '',
  };
}

/**
 * Stores units and results of a Python coordinator's database. Open units are queued for the replicas that have no result
 * there. Old results are shown; they belong to no lease and change no worker's standing. Keys are functions of the rows,
 * so a second import adds only what is new, and completes an interrupted one.
 */
export async function importDatabase(database: PythonDatabase, deps: ImportDeps): Promise<ImportReport> {
  const { stores, clock, onProgress } = deps;
  const { counters, units, results } = stores;
  const now = clock.now();
  const { counts, canonical } = surveyResults(database);
  const lost: LostRow[] = [];
  /** By number at the Python coordinator. */
  const unitIds = new Map<number, Arrived>();
  let read = 0;

  async function importUnits(): Promise<ImportReport['units']> {
    const tally = { found: 0, imported: 0, known: 0, queued: 0 };
    for (const rows of batchesOf(database.rows('work_units'))) {
      const sound: ImportedUnit[] = [];
      for (const row of rows) {
        const unit = readUnitRow(row, (id) => counts.get(id) ?? 0);
        if (isFault(unit)) lost.push(lostRow('work_units', row, unit.fault));
        else sound.push(unit);
      }
      const known = new Map((await units.byKeys(sound.map(({ key }) => key))).map((unit) => [unit.key, unit]));
      const fresh = sound.filter(({ key }) => !known.has(key));
      const first = fresh.length > 0 ? await counters.take('units', fresh.length) : 0;
      const withCanonical = fresh.filter(({ id, state }) => state === 'completed' && canonical.has(id));
      // Reserved before the results are stored, so that no unit is written twice. An interrupted import leaves units whose
      // canonical result is missing; the next import stores it under this id.
      let reserved = withCanonical.length > 0 ? await counters.take('results', withCanonical.length) : 0;
      const ids = new Map(withCanonical.map(({ id }) => [id, reserved++]));
      const drafts = fresh.map((unit, i) =>
        draftOf(unit, first + i, counts.get(unit.id) ?? 0, ids.get(unit.id) ?? null, now),
      );
      const added = await units.add(drafts);
      // Fewer are added when another process imports the same rows at this moment.
      const own = added === drafts.length ? drafts : await units.byKeys(drafts.map(({ key }) => key));
      const stored = new Map([...known, ...own.map((unit) => [unit.key, unit] as const)]);
      for (const { id, key } of sound) {
        const unit = stored.get(key);
        const there = canonical.get(id);
        const here = unit?.canonical;
        if (unit) unitIds.set(id, { id: unit.id, canonical: there && here ? { there, here } : null });
      }
      tally.found += rows.length;
      tally.imported += drafts.length;
      tally.known += known.size;
      tally.queued += drafts.filter(({ state }) => state === 'pending').length;
      onProgress((read += rows.length));
    }
    return tally;
  }

  async function importResults(): Promise<ImportCount> {
    const tally = { found: 0, imported: 0, known: 0 };
    // The store writes a batch while the next one is read: both take most of a core.
    let writing: Promise<unknown> = Promise.resolve();
    for (const rows of batchesOf(database.rows('results'))) {
      const sound: ImportedResult[] = [];
      for (const row of rows) {
        const result = readResultRow(row);
        if (isFault(result)) lost.push(lostRow('results', row, result.fault));
        else if (unitIds.has(result.unitId)) sound.push(result);
        else lost.push(lostRow('results', row, `work unit ${result.unitId} is not among the imported ones`));
      }
      const known = new Set((await results.toCount(sound.map(({ key }) => key))).map(({ key }) => key));
      const fresh = sound.filter(({ key }) => !known.has(key));
      const first = fresh.length > 0 ? await counters.take('results', fresh.length) : 0;
      const drafts = fresh.map((result, i) => {
        const { id: unitId, canonical: chosen } = unitIds.get(result.unitId)!;
        return chosen?.there === result.id
          ? resultOf(result, { id: chosen.here, unitId, sound: true }, now)
          : resultOf(result, { id: first + i, unitId, sound: false }, now);
      });
      await writing;
      writing = Promise.all(drafts.map((draft) => results.add(draft)));
      // A failed write is reported where it is awaited.
      writing.catch(() => undefined);
      tally.found += rows.length;
      tally.imported += drafts.length;
      tally.known += known.size;
      onProgress((read += rows.length));
    }
    await writing;
    return tally;
  }

  const unitTally = await importUnits();
  return { units: unitTally, results: await importResults(), lost };
}

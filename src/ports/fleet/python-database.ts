import { type LooseRow } from '../../domain/fleet/import/loose-row.ts';

/** A database of the Python coordinator, of any age (docs/coordinator.md#import). */
export interface PythonDatabase {
  /** Number of rows; 0 for a table that it does not have. */
  count(table: PythonTable): number;
  /** Rows in order of their number; none for a table that it does not have. */
  rows(table: PythonTable, columns?: readonly string[]): Iterable<LooseRow>;
  close(): void;
}

export type PythonTable = 'work_units' | 'results' | 'elite_genomes';

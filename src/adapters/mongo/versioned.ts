import { type Table } from './table.ts';

/**
 * Compare-and-set: stores `row` with version `expected + 1` (0 inserts); false when the stored version differs from
 * `expected`. The version is incremented here, so that a caller cannot skip one.
 */
export async function saveVersion<Row extends { readonly version: number }>(
  table: Table<Row>,
  row: Row,
  expected: number,
): Promise<boolean> {
  const next: Row = { ...row, version: expected + 1 };
  return expected === 0 ? (await table.insert([next])) === 1 : table.replaceWhen({ version: expected }, next);
}

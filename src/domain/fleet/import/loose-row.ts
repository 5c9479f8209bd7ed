/** A value of SQLite, where the type of a column binds nothing. */
export type LooseValue = string | number | Uint8Array | null;

/** A row of the Python coordinator's database. Columns that were added later can be absent. */
export type LooseRow = Readonly<Record<string, LooseValue>>;

/** Why a row is not imported. */
export interface RowFault {
  readonly fault: string;
}

export const isFault = (value: object): value is RowFault => 'fault' in value;

export const numberOf = (value: LooseValue | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** The number of a row as a positive integer, or null. */
export function idOf(value: LooseValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** Parses JSON text of an object. */
export function objectOf(
  value: LooseValue | undefined,
  name: string,
): { readonly object: Readonly<Record<string, unknown>> } | RowFault {
  if (value === undefined || value === null || value === '') return { fault: `${name} is missing` };
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : null;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return { object: parsed as Readonly<Record<string, unknown>> };
    }
  } catch {
    // The return below reports the fault.
  }
  return { fault: `${name} is not JSON of an object` };
}

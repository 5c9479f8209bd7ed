/** Rows in memory by a unique key, in order of insertion. A row is replaced, never changed. */
export interface Table<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  get(key: string): Row | null;
  /** False when the key exists. */
  insert(row: Row): boolean;
  put(row: Row): void;
  remove(row: Row): void;
  /** Newest first by `by`, or in order of insertion. */
  find(accept: (row: Row) => boolean, options?: { by?: (row: Row) => number; limit?: number | undefined }): Row[];
}

export function createTable<Row>(keyOf: (row: Row) => string): Table<Row> {
  const rows = new Map<string, Row>();
  return {
    rows,
    get: (key) => rows.get(key) ?? null,
    insert(row) {
      const key = keyOf(row);
      if (rows.has(key)) return false;
      rows.set(key, row);
      return true;
    },
    put(row) {
      rows.set(keyOf(row), row);
    },
    remove(row) {
      rows.delete(keyOf(row));
    },
    find(accept, { by, limit } = {}) {
      const found: Row[] = [];
      for (const row of rows.values()) if (accept(row)) found.push(row);
      if (by) found.sort((a, b) => by(b) - by(a));
      return limit === undefined ? found : found.slice(0, limit);
    },
  };
}

/** Key of several parts. */
export const keyOf = (...parts: readonly (string | number)[]): string => parts.join('\u0000');

import { setImmediate } from 'node:timers/promises';

/** Encoding, validating and serialising a row takes up to 0.1 ms. */
const ROWS_PER_SLICE = 256;

/**
 * Runs `work` on slices of the rows in order, and lets other tasks of the process run between two slices. A call with
 * thousands of rows would otherwise keep BullMQ from renewing the locks of the running jobs; such a job goes to another
 * worker while it still runs here.
 */
export async function inSlices<Row, Result>(
  rows: readonly Row[],
  work: (slice: readonly Row[]) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < rows.length; from += ROWS_PER_SLICE) {
    if (from > 0) await setImmediate();
    results.push(await work(rows.slice(from, from + ROWS_PER_SLICE)));
  }
  return results;
}

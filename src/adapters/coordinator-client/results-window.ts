import { z } from 'zod';
import { type Clock } from '../../ports/clock.ts';
import { parseAnswer, type HttpClient } from './http-client.ts';

/** A row of `/api/results/all`, reduced to the used fields. `readReport` reads its figures. */
export type ResultRow = z.output<typeof row>;

const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
/** The owner's scripts write this field by SQL, so it may have any form; parameters that we sent are objects. */
const paramsField = z.record(z.string(), z.unknown()).catch({});
const row = z.looseObject({
  id: wholeNumber,
  work_unit_id: wholeNumber,
  worker_id: z.union([z.string(), z.number().transform(String)]).nullable(),
  strategy_params: paramsField,
});
const answer = z.object({ results: z.array(row) });

/** Cache of the Python coordinator's results, back to the oldest result requested so far. */
export interface ResultsWindow {
  /** Rows after the result `after`, oldest first. Calls within `freshMs` share one request. */
  since(after: number): Promise<readonly ResultRow[]>;
  /** Id of the newest result; 0 when there is none. */
  newest(): Promise<number>;
}

const PATH = '/api/results/all';
const FIRST_LIMIT = 100;
const MAX_ROWS = 100_000;

/** @param freshMs maximum age of a cached answer */
export function createResultsWindow(http: HttpClient, clock: Clock, freshMs: number): ResultsWindow {
  let rows = new Map<number, ResultRow>();
  let newest = 0;
  /** All results after this id are in `rows`. */
  let covered = Infinity;
  let readAt = -Infinity;
  let reading: Promise<void> = Promise.resolve();

  async function ask(limit: number): Promise<readonly ResultRow[]> {
    const { body } = await http.again(`${PATH}?limit=${limit}`, { method: 'GET' });
    return parseAnswer(PATH, answer, body).results;
  }

  /** Reads back to the newest known result, or to `after` if that is older. */
  async function read(after: number): Promise<void> {
    for (let limit = FIRST_LIMIT; ; limit *= 4) {
      const found = await ask(limit);
      const ids = found.map(({ id }) => id);
      const [oldest, latest] = [Math.min(...ids), Math.max(0, ...ids)];
      // The numbers decreased: the server has another database now.
      if (latest < newest) {
        rows = new Map();
        newest = 0;
        covered = Infinity;
      }
      const isWhole = found.length < limit || limit >= MAX_ROWS;
      const reaches = isWhole || oldest <= (covered <= after ? newest : after) + 1;
      if (!reaches) continue;
      if (!(covered <= after)) covered = isWhole ? 0 : oldest - 1;
      for (const row of found) rows.set(row.id, row);
      for (const id of rows.keys()) {
        if (rows.size <= MAX_ROWS) break;
        rows.delete(id);
        covered = Math.max(covered, id);
      }
      newest = latest;
      readAt = clock.now();
      return;
    }
  }

  async function refresh(after: number): Promise<void> {
    // One request at a time: waiting callers use what the first one has read.
    const turn = reading
      .catch(() => undefined)
      .then(async () => {
        if (covered <= after && clock.now() - readAt < freshMs) return;
        await read(after);
      });
    reading = turn;
    await turn;
  }

  return {
    async since(after) {
      await refresh(after);
      return [...rows.values()].filter(({ id }) => id > after).sort((a, b) => a.id - b.id);
    },
    async newest() {
      return (await ask(1))[0]?.id ?? 0;
    },
  };
}

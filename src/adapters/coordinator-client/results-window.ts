import { z } from 'zod';
import { type Clock } from '../../ports/clock.ts';
import { parseAnswer, type Exchange } from './http-client.ts';

/** A row of `/api/results/all`; what else it holds is of no use. Figures are read by `readReport`. */
export type ResultRow = z.output<typeof row>;

const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
/** Scripts of the owner's write these by SQL: anything may stand there. Ours are objects. */
const paramsField = z.record(z.string(), z.unknown()).catch({});
const row = z.looseObject({
  id: wholeNumber,
  work_unit_id: wholeNumber,
  worker_id: z.union([z.string(), z.number().transform(String)]).nullable(),
  strategy_params: paramsField,
});
const answer = z.object({ results: z.array(row) });

/** What the existing coordinator has in results, newest first, as far back as somebody asked for. */
export interface ResultsWindow {
  /** Rows after the result `after`, oldest first. One answer serves all who ask within a moment. */
  since(after: number): Promise<readonly ResultRow[]>;
  /** Id of the newest result; 0 when there is none. */
  newest(): Promise<number>;
}

const PATH = '/api/results/all';
const FIRST_LIMIT = 100;
const MOST_ROWS = 100_000;

/** @param freshMs how old an answer may be that serves. */
export function createResultsWindow(exchange: Exchange, clock: Clock, freshMs: number): ResultsWindow {
  let rows = new Map<number, ResultRow>();
  let newest = 0;
  /** Everything after this id is in `rows`. */
  let covered = Infinity;
  let readAt = -Infinity;
  let reading: Promise<void> = Promise.resolve();

  async function ask(limit: number): Promise<readonly ResultRow[]> {
    const { body } = await exchange.again(`${PATH}?limit=${limit}`, { method: 'GET' });
    return parseAnswer(PATH, answer, body).results;
  }

  /** Reads back to what is known, or to `after` where that lies before it. */
  async function read(after: number): Promise<void> {
    for (let limit = FIRST_LIMIT; ; limit *= 4) {
      const found = await ask(limit);
      const ids = found.map(({ id }) => id);
      const [oldest, latest] = [Math.min(...ids), Math.max(0, ...ids)];
      // Its numbers went back: another database is behind the address.
      if (latest < newest) {
        rows = new Map();
        newest = 0;
        covered = Infinity;
      }
      const isWhole = found.length < limit || limit >= MOST_ROWS;
      const reaches = isWhole || oldest <= (covered <= after ? newest : after) + 1;
      if (!reaches) continue;
      if (!(covered <= after)) covered = isWhole ? 0 : oldest - 1;
      for (const row of found) rows.set(row.id, row);
      for (const id of rows.keys()) {
        if (rows.size <= MOST_ROWS) break;
        rows.delete(id);
        covered = Math.max(covered, id);
      }
      newest = latest;
      readAt = clock.now();
      return;
    }
  }

  async function refresh(after: number): Promise<void> {
    // One at a time: those who wait find what the first of them has read.
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

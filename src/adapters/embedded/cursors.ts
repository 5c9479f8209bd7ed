import { randomInt } from 'node:crypto';
import { calculateObjectSize, Long } from 'bson';
import { type BsonDocument } from './bson-value.ts';
import { refuse } from './store-error.ts';

/** Same default size of the first batch as MongoDB. */
export const FIRST_BATCH = 101;
const BATCH_BYTES = 16 * 1024 * 1024;
/** Same idle time-out of a cursor as MongoDB. */
const IDLE_MS = 10 * 60_000;

export type Cursors = ReturnType<typeof createCursors>;

/** Cursors over query results. A cursor keeps the documents as they were when the query ran. */
export function createCursors(now: () => number) {
  const cursors = new Map<number, { namespace: string; rest: readonly BsonDocument[]; usedAt: number }>();

  /** Returns the cursor id for the next batch, or 0 when no documents remain. */
  function remember(id: number, namespace: string, rest: readonly BsonDocument[]): Long {
    if (rest.length > 0) cursors.set(id, { namespace, rest, usedAt: now() });
    else cursors.delete(id);
    return rest.length > 0 ? Long.fromNumber(id) : Long.ZERO;
  }

  return {
    /** Reply body with the first batch. The cursor stays open only if documents remain and `single` is false. */
    open(ns: string, documents: readonly BsonDocument[], size: number, single = false): BsonDocument {
      for (const [id, { usedAt }] of cursors) if (now() - usedAt > IDLE_MS) cursors.delete(id);
      const firstBatch = leading(documents, size);
      const rest = single ? [] : documents.slice(firstBatch.length);
      return { cursor: { id: remember(randomInt(1, 2 ** 47), ns, rest), ns, firstBatch } };
    },

    more(id: number, ns: string, size: number): BsonDocument {
      const { namespace, rest } = cursors.get(id) ?? {};
      if (namespace !== ns || rest === undefined) refuse('CursorNotFound', `cursor id ${id} not found`);
      const nextBatch = leading(rest, size);
      return { cursor: { id: remember(id, ns, rest.slice(nextBatch.length)), ns, nextBatch } };
    },

    /** Returns whether the cursor existed. */
    kill: (id: number): boolean => cursors.delete(id),
  };
}

/** As many leading documents as fit into one message, but at least one if there are any. */
function leading(documents: readonly BsonDocument[], atMost: number): readonly BsonDocument[] {
  let bytes = 0;
  const end = documents.findIndex((document, i) => {
    bytes += calculateObjectSize(document);
    return i >= atMost || (bytes > BATCH_BYTES && i > 0);
  });
  return end < 0 ? documents : documents.slice(0, end);
}

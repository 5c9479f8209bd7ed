import { randomInt } from 'node:crypto';
import { calculateObjectSize, Long } from 'bson';
import { type BsonDocument } from './bson-value.ts';
import { refuse } from './store-error.ts';

/** MongoDB's own size of a first batch. */
export const FIRST_BATCH = 101;
const BATCH_BYTES = 16 * 1024 * 1024;
/** MongoDB's own limit for a cursor nobody reads from. */
const IDLE_MS = 10 * 60_000;

export type Cursors = ReturnType<typeof createCursors>;

/** Results that clients fetch in pieces. A cursor holds the documents as they were when the query ran. */
export function createCursors(now: () => number) {
  const cursors = new Map<number, { namespace: string; rest: readonly BsonDocument[]; usedAt: number }>();

  /** The id to go on with, 0 at the end. */
  function remember(id: number, namespace: string, rest: readonly BsonDocument[]): Long {
    if (rest.length > 0) cursors.set(id, { namespace, rest, usedAt: now() });
    else cursors.delete(id);
    return rest.length > 0 ? Long.fromNumber(id) : Long.ZERO;
  }

  return {
    /** Body of the reply with the first piece; the cursor stays open only if there is more and it is not `single`. */
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

    /** Whether it was there. */
    kill: (id: number): boolean => cursors.delete(id),
  };
}

/** As many as fit into one message, but never none of some. */
function leading(documents: readonly BsonDocument[], atMost: number): readonly BsonDocument[] {
  let bytes = 0;
  const end = documents.findIndex((document, i) => {
    bytes += calculateObjectSize(document);
    return i >= atMost || (bytes > BATCH_BYTES && i > 0);
  });
  return end < 0 ? documents : documents.slice(0, end);
}

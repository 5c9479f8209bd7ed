import { randomInt } from 'node:crypto';
import { calculateObjectSize, Long } from 'bson';
import { type BsonDocument } from './bson-value.ts';
import { refuse } from './store-error.ts';

export interface Batch {
  readonly id: Long;
  readonly ns: string;
  readonly documents: readonly BsonDocument[];
}

/** Results that clients fetch in pieces. A cursor holds the documents as they were when the query ran. */
export interface Cursors {
  /** First piece; the cursor stays open only if there is more and it is not `single`. */
  open(namespace: string, documents: readonly BsonDocument[], batchSize?: number, single?: boolean): Batch;
  more(id: number, namespace: string, batchSize?: number): Batch;
  kill(ids: readonly number[]): { killed: number[]; unknown: number[] };
}

interface Cursor {
  readonly namespace: string;
  readonly documents: readonly BsonDocument[];
  position: number;
  usedAt: number;
}

const FIRST_BATCH = 101;
const BATCH_BYTES = 16 * 1024 * 1024;
/** MongoDB's own limit for a cursor nobody reads from. */
const IDLE_MS = 10 * 60_000;

export function createCursors(now: () => number): Cursors {
  const cursors = new Map<number, Cursor>();

  function take(cursor: Cursor, batchSize: number): BsonDocument[] {
    const batch: BsonDocument[] = [];
    for (let bytes = 0; batch.length < batchSize && cursor.position < cursor.documents.length; cursor.position += 1) {
      const document = cursor.documents[cursor.position] as BsonDocument;
      bytes += calculateObjectSize(document);
      if (bytes > BATCH_BYTES && batch.length > 0) break;
      batch.push(document);
    }
    return batch;
  }

  const isExhausted = (cursor: Cursor): boolean => cursor.position >= cursor.documents.length;

  return {
    open(namespace, documents, batchSize = FIRST_BATCH, single = false) {
      const cursor: Cursor = { namespace, documents, position: 0, usedAt: now() };
      const batch = take(cursor, batchSize);
      if (single || isExhausted(cursor)) return { id: Long.ZERO, ns: namespace, documents: batch };
      for (const [id, { usedAt }] of cursors) if (now() - usedAt > IDLE_MS) cursors.delete(id);
      const id = randomInt(1, 2 ** 47);
      cursors.set(id, cursor);
      return { id: Long.fromNumber(id), ns: namespace, documents: batch };
    },

    more(id, namespace, batchSize = Infinity) {
      const cursor = cursors.get(id);
      if (cursor?.namespace !== namespace) refuse('CursorNotFound', `cursor id ${id} not found`);
      const batch = take(cursor, batchSize);
      cursor.usedAt = now();
      const done = isExhausted(cursor);
      if (done) cursors.delete(id);
      return { id: done ? Long.ZERO : Long.fromNumber(id), ns: namespace, documents: batch };
    },

    kill: (ids) => ({ killed: ids.filter((id) => cursors.delete(id)), unknown: ids.filter((id) => !cursors.has(id)) }),
  };
}

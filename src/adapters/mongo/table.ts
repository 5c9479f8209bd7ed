import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { AppError } from '../../domain/errors.ts';
import { type Direction, rowCodec, type RowDocument, type TableSpec } from './row-codec.ts';
import { isDuplicateKey, retrying } from './retry.ts';
import { inSlices } from './slices.ts';

export type Filter = Readonly<Record<string, unknown>>;
/** New values of top-level fields or, with a dotted path, of nested ones ('phases.scan'). */
export type Change<Row> = Partial<Row> & { readonly [path: `${string}.${string}`]: unknown };

/**
 * Rows of one collection. Every write is atomic per document and is retried while the server is unreachable (retry.ts).
 * Where the result depends on which process wrote, the document stores a token of its insertion or of its last change.
 * A retry after a lost answer finds its own token and returns the lost result. Exception: if another process overwrote
 * the change before the retry, it is reported as not done; the caller then reads again, as after any conflict.
 */
export interface Table<Row> {
  /** Inserts the rows whose key is new; returns their number. */
  insert(rows: readonly Row[]): Promise<number>;
  /** Inserts the row if its key is new; returns the row stored under the key. @throws AppError `not-found` */
  insertOrGet(row: Row): Promise<Row>;
  /** Inserts or replaces rows. */
  replace(rows: readonly Row[]): Promise<void>;
  /** Replaces the row under the same key if the stored one matches `when`; returns whether it did. */
  replaceWhen(when: Filter, row: Row): Promise<boolean>;
  /** Changes the row of this key if it matches `when`; returns whether it did. */
  change(key: string, when: Filter, set: Change<Row>, unset?: readonly (keyof Row & string)[]): Promise<boolean>;
  /** Like `change`, but returns the changed row, or null. */
  changeAndGet(key: string, when: Filter, set: Change<Row>): Promise<Row | null>;
  /**
   * Several changes in few commands; returns for each whether its row matched. Fields are not validated: use it only for
   * rows whose values this program produces.
   */
  changeEach(
    changes: readonly { readonly key: string; readonly when: Filter; readonly set: Change<Row> }[],
  ): Promise<readonly boolean[]>;
  /** Applies one change to all existing rows of `keys`. */
  changeAll(keys: readonly string[], set: Change<Row>): Promise<void>;
  get(key: string): Promise<Row | null>;
  /** Existing rows, in the order of `keys`. */
  getMany(keys: readonly string[]): Promise<Row[]>;
  /** Sorted by `order`, then by key. */
  find(filter: Filter, order: Direction<Row>, options?: { readonly limit?: number | undefined }): Promise<Row[]>;
  /** Like `find`, but reads only the fields `names`. */
  pick<Name extends keyof Row & string>(
    filter: Filter,
    order: Direction<Row>,
    names: readonly Name[],
    options?: { readonly limit?: number | undefined },
  ): Promise<Pick<Row, Name>[]>;
  /**
   * Adds to a number field, which starts at 0, and returns the sum. A retry after a lost answer may add twice: use it
   * only for numbers that must grow, not for exact counts.
   */
  add(key: string, name: keyof Row & string, amount: number): Promise<number>;
  count(filter: Filter): Promise<number>;
  remove(filter: Filter): Promise<void>;
}

export function createTable<Row extends object>(
  collection: mongo.Collection<RowDocument>,
  spec: TableSpec<Row>,
): Table<Row> {
  const { encode, changeOf, filterOf, decode, documentOf } = rowCodec(spec);

  async function insertNew(documents: readonly RowDocument[]): Promise<number> {
    try {
      const { insertedCount } = await collection.insertMany([...documents], { ordered: false });
      return insertedCount;
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
      const faults = [error.writeErrors].flat();
      if (faults.length === 0 || faults.some(({ code }) => code !== 11000)) throw error;
      return documents.length - faults.length;
    }
  }

  /** `allowDiskUse`: the trials of a cycle may exceed the server's memory limit for sorting. */
  const sorted = (filter: Filter, order: Direction<Row>, limit: number, names?: readonly string[]) =>
    collection
      .find(filterOf(filter), {
        sort: { ...(order as Record<string, 1 | -1>), _id: 1 },
        allowDiskUse: true,
        ...(limit !== Infinity && { limit }),
        ...(names && { projection: Object.fromEntries(names.map((name) => [name, 1])) }),
      })
      .toArray();

  const decodeAll = async (documents: readonly object[]): Promise<Row[]> =>
    (await inSlices(documents, (slice) => slice.map(decode))).flat();

  const isOwnWrite = async (_id: string, _changed: string): Promise<boolean> =>
    (await collection.countDocuments({ _id, _changed })) === 1;

  const table: Table<Row> = {
    async insert(rows) {
      if (rows.length === 0) return 0;
      const _inserted = randomUUID();
      // All before the first write: an invalid row must leave nothing stored.
      const documents = (await inSlices(rows, (slice) => slice.map((row) => documentOf(row, { _inserted })))).flat();
      const counts = await inSlices(documents, (slice) =>
        retrying(async (again) => {
          const inserted = await insertNew(slice);
          if (!again || inserted === slice.length) return inserted;
          return collection.countDocuments({ _id: { $in: slice.map(({ _id }) => _id) }, _inserted });
        }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },

    async insertOrGet(row) {
      if ((await table.insert([row])) === 1) return row;
      const stored = await table.get(spec.key(row));
      if (!stored) throw new AppError('not-found', `${spec.collection} '${spec.key(row)}' was removed concurrently`);
      return stored;
    },

    async replace(rows) {
      if (rows.length === 0) return;
      const documents = rows.map((row) => documentOf(row, {}));
      const operations = documents.map((replacement) => ({
        replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
      }));
      const write = () => retrying(() => collection.bulkWrite(operations, { ordered: false }));
      try {
        await write();
      } catch (error) {
        // Of two concurrent upserts of a new key one may fail as a duplicate. The row exists now: the retry replaces
        // it.
        if (!isDuplicateKey(error)) throw error;
        await write();
      }
    },

    async replaceWhen(when, row) {
      const _changed = randomUUID();
      const document = documentOf(row, { _changed });
      return retrying(async (again) => {
        const { matchedCount } = await collection.replaceOne({ ...when, _id: document._id }, document);
        return matchedCount === 1 || (again && (await isOwnWrite(document._id, _changed)));
      });
    },

    async change(key, when, set, unset = []) {
      const _changed = randomUUID();
      const removed = unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, 1 as const])) } : {};
      const update = { $set: { ...changeOf(key, set), _changed }, ...removed };
      const filter = { ...filterOf(when), _id: key };
      return retrying(async (again) => {
        const { matchedCount } = await collection.updateOne(filter, update);
        return matchedCount === 1 || (again && (await isOwnWrite(key, _changed)));
      });
    },

    async changeAndGet(key, when, set) {
      const _changed = randomUUID();
      const update = { $set: { ...changeOf(key, set), _changed } };
      const filter = { ...filterOf(when), _id: key };
      return retrying(async (again) => {
        const changed = await collection.findOneAndUpdate(filter, update, { returnDocument: 'after' });
        const own = changed ?? (again ? await collection.findOne({ _id: key, _changed }) : null);
        return own && decode(own);
      });
    },

    async changeEach(changes) {
      const done = await inSlices(changes, (slice) => {
        const marked = slice.map((change) => ({ ...change, _changed: randomUUID() }));
        const operations = marked.map(({ key, when, set, _changed }) => ({
          updateOne: { filter: { ...when, _id: key }, update: { $set: { ...encode(set), _changed } } },
        }));
        return retrying(async () => {
          const { matchedCount } = await collection.bulkWrite(operations, { ordered: false });
          if (matchedCount === slice.length) return slice.map(() => true);
          // The answer contains only a count. The tokens in the rows tell which changes matched, also after a lost
          // answer.
          const written = await collection
            .find({ _id: { $in: slice.map(({ key }) => key) } }, { projection: { _changed: 1 } })
            .toArray();
          const own = new Set(written.map(({ _changed }) => _changed));
          return marked.map(({ _changed }) => own.has(_changed));
        });
      });
      return done.flat();
    },

    async changeAll(keys, set) {
      if (keys.length === 0) return;
      const update = { $set: encode(set) };
      const operations = keys.map((key) => ({ updateOne: { filter: { _id: key }, update } }));
      await retrying(() => collection.bulkWrite(operations, { ordered: false }));
    },

    async get(key) {
      const document = await retrying(() => collection.findOne({ _id: key }));
      return document && decode(document);
    },

    async getMany(keys) {
      const documents = await retrying(() => collection.find({ _id: { $in: [...keys] } }).toArray());
      const byKey = new Map(documents.map((document) => [document._id, document]));
      return decodeAll(keys.flatMap((key) => byKey.get(key) ?? []));
    },

    async find(filter, order, { limit = Infinity } = {}) {
      if (limit <= 0) return [];
      return decodeAll(await retrying(() => sorted(filter, order, limit)));
    },

    async pick(filter, order, names, { limit = Infinity } = {}) {
      if (limit <= 0) return [];
      return decodeAll(await retrying(() => sorted(filter, order, limit, names)));
    },

    async add(key, name, amount) {
      const update = { $inc: { [name]: amount } } as unknown as mongo.UpdateFilter<RowDocument>;
      const options = { upsert: true, returnDocument: 'after' } as const;
      const increment = () => retrying(() => collection.findOneAndUpdate({ _id: key }, update, options));
      let updated: object | null;
      try {
        updated = await increment();
      } catch (error) {
        // Of two concurrent upserts of a new key one may fail as a duplicate. The row exists now: retry.
        if (!isDuplicateKey(error)) throw error;
        updated = await increment();
      }
      return Number(updated && decode(updated)[name]);
    },

    count: (filter) => retrying(() => collection.countDocuments(filterOf(filter))),

    async remove(filter) {
      await retrying(() => collection.deleteMany(filterOf(filter)));
    },
  };
  return table;
}

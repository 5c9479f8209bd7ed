import { randomUUID } from 'node:crypto';
import { mongo, type Model } from 'mongoose';
import { AppError } from '../../domain/errors.ts';
import { defined, type Direction, rowCodec, type RowDocument, type TableSpec } from './model.ts';
import { isDuplicateKey, retrying } from './retry.ts';

export type Filter = Readonly<Record<string, unknown>>;
/** New values of whole fields, or of a field inside one: 'phases.scan'. */
export type Change<Row> = Partial<Row> & { readonly [path: `${string}.${string}`]: unknown };

/**
 * Rows of one collection. Every write is atomic per document and is retried while the server is away (retry.ts). Where
 * the answer says who wrote, the document carries the token of its insertion or of its last change, so that a retry
 * whose first answer was lost recognises its own write and gives the answer that was lost. Only a change that somebody
 * else has overwritten before the retry looks is reported as not done; its caller reads again, as after a lost race.
 */
export interface Table<Row> {
  /** Inserts the rows whose key is new; returns how many were. */
  insert(rows: readonly Row[]): Promise<number>;
  /** The row stored under this row's key, which is this one when there was none. */
  insertOrGet(row: Row): Promise<Row>;
  /** Stores rows in place of what is there. */
  replace(rows: readonly Row[]): Promise<void>;
  /** Stores the row in place of the one under its key if that one matches `when`; whether it did. */
  replaceWhen(when: Filter, row: Row): Promise<boolean>;
  /** Changes the row of this key if it also matches `when`; whether it did. */
  change(key: string, when: Filter, set: Change<Row>, unset?: readonly (keyof Row & string)[]): Promise<boolean>;
  /** The same, returning the changed row. */
  changeAndGet(key: string, when: Filter, set: Change<Row>): Promise<Row | null>;
  /**
   * Several changes in one command; for each, whether its row matched. Fields are written as they are: for rows that only
   * this program's own types write.
   */
  changeEach(
    changes: readonly { readonly key: string; readonly when: Filter; readonly set: Change<Row> }[],
  ): Promise<readonly boolean[]>;
  /** The same change of all of these that are there. */
  changeAll(keys: readonly string[], set: Change<Row>): Promise<void>;
  get(key: string): Promise<Row | null>;
  /** In the order of `keys`, without those that are not there. */
  getMany(keys: readonly string[]): Promise<Row[]>;
  /** In this order, and by key where it leaves a choice. */
  find(filter: Filter, order: Direction<Row>, options?: { readonly limit?: number | undefined }): Promise<Row[]>;
  /** Reads only these fields. */
  pick<Name extends keyof Row & string>(
    filter: Filter,
    order: Direction<Row>,
    names: readonly Name[],
    options?: { readonly limit?: number | undefined },
  ): Promise<Pick<Row, Name>[]>;
  /**
   * Adds to a number of the row of this key, which begins at 0, and returns the sum. A retry after a lost answer may add
   * twice: for numbers that only have to grow.
   */
  add(key: string, name: keyof Row & string, amount: number): Promise<number>;
  count(filter: Filter): Promise<number>;
  remove(filter: Filter): Promise<void>;
}

export function createTable<Row extends object>(model: Model<RowDocument>, spec: TableSpec<Row>): Table<Row> {
  /** For whole documents, which `documentOf` has validated already. */
  const collection = model.collection as unknown as mongo.Collection<RowDocument>;
  const { encode, decode, documentOf } = rowCodec(spec);

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

  /** A cycle's trials may be more than a server sorts in memory. */
  const sorted = (filter: Filter, order: Direction<Row>, limit: number) => {
    const query = model
      .find(defined(filter))
      .sort({ ...(order as Record<string, 1 | -1>), _id: 1 })
      .allowDiskUse(true);
    return limit === Infinity ? query : query.limit(limit);
  };

  const wrote = async (_id: string, _changed: string): Promise<boolean> =>
    (await model.countDocuments({ _id, _changed })) === 1;

  const table: Table<Row> = {
    async insert(rows) {
      if (rows.length === 0) return 0;
      const _inserted = randomUUID();
      const documents = rows.map((row) => documentOf(row, { _inserted }));
      return retrying(async (again) => {
        const inserted = await insertNew(documents);
        if (!again || inserted === documents.length) return inserted;
        return model.countDocuments({ _id: { $in: documents.map(({ _id }) => _id) }, _inserted });
      });
    },

    async insertOrGet(row) {
      if ((await table.insert([row])) === 1) return row;
      const stored = await table.get(spec.key(row));
      if (!stored) throw new AppError('not-found', `${spec.collection} '${spec.key(row)}' was removed meanwhile`);
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
        // Of two upserts of one new key one may be told that it exists. It does now, so the second pass replaces.
        if (!isDuplicateKey(error)) throw error;
        await write();
      }
    },

    async replaceWhen(when, row) {
      const _changed = randomUUID();
      const document = documentOf(row, { _changed });
      return retrying(async (again) => {
        const { matchedCount } = await collection.replaceOne({ ...when, _id: document._id }, document);
        return matchedCount === 1 || (again && (await wrote(document._id, _changed)));
      });
    },

    async change(key, when, set, unset = []) {
      const _changed = randomUUID();
      const removed = unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, 1])) } : {};
      const update = { $set: { ...encode(set), _changed }, ...removed };
      return retrying(async (again) => {
        const { matchedCount } = await model.updateOne({ ...when, _id: key }, update, { runValidators: true });
        return matchedCount === 1 || (again && (await wrote(key, _changed)));
      });
    },

    async changeAndGet(key, when, set) {
      const _changed = randomUUID();
      const update = { $set: { ...encode(set), _changed } };
      const options = { runValidators: true, returnDocument: 'after' } as const;
      return retrying(async (again) => {
        const changed = await model.findOneAndUpdate({ ...when, _id: key }, update, options).lean();
        const own = changed ?? (again ? await model.findOne({ _id: key, _changed }).lean() : null);
        return own && decode(own);
      });
    },

    async changeEach(changes) {
      if (changes.length === 0) return [];
      const marked = changes.map((change) => ({ ...change, _changed: randomUUID() }));
      const operations = marked.map(({ key, when, set, _changed }) => ({
        updateOne: { filter: { ...when, _id: key }, update: { $set: { ...encode(set), _changed } } },
      }));
      return retrying(async () => {
        const { matchedCount } = await collection.bulkWrite(operations, { ordered: false });
        if (matchedCount === changes.length) return changes.map(() => true);
        // The answer only says how many: which of them, and what a lost answer had said, the rows say themselves.
        const written = await model
          .find({ _id: { $in: changes.map(({ key }) => key) } })
          .select(['_changed'])
          .lean();
        const own = new Set(written.map(({ _changed }) => _changed));
        return marked.map(({ _changed }) => own.has(_changed));
      });
    },

    async changeAll(keys, set) {
      if (keys.length === 0) return;
      const update = { $set: encode(set) };
      const operations = keys.map((key) => ({ updateOne: { filter: { _id: key }, update } }));
      await retrying(() => collection.bulkWrite(operations, { ordered: false }));
    },

    async get(key) {
      const document = await retrying(() => model.findById(key).lean());
      return document && decode(document);
    },

    async getMany(keys) {
      const documents = await retrying(() => model.find({ _id: { $in: [...keys] } }).lean());
      const byKey = new Map(documents.map((document) => [document._id, document]));
      return keys.flatMap((key) => byKey.get(key) ?? []).map(decode);
    },

    async find(filter, order, { limit = Infinity } = {}) {
      if (limit <= 0) return [];
      const documents = await retrying(() => sorted(filter, order, limit).lean());
      return documents.map(decode);
    },

    async pick(filter, order, names, { limit = Infinity } = {}) {
      if (limit <= 0) return [];
      const documents = await retrying(() =>
        sorted(filter, order, limit)
          .select([...names])
          .lean(),
      );
      return documents.map(decode);
    },

    async add(key, name, amount) {
      const update = { $inc: { [name]: amount } };
      const options = { upsert: true, returnDocument: 'after' } as const;
      const grow = () => retrying(() => model.findOneAndUpdate({ _id: key }, update, options).lean());
      let grown: object;
      try {
        grown = await grow();
      } catch (error) {
        // Of two upserts of one new key one may be told that it exists. It does now.
        if (!isDuplicateKey(error)) throw error;
        grown = await grow();
      }
      return Number(decode(grown)[name]);
    },

    count: (filter) => retrying(() => model.countDocuments(defined(filter))),

    async remove(filter) {
      await retrying(() => model.deleteMany(filter));
    },
  };
  return table;
}

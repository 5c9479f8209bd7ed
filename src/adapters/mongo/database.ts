import { type Connection, type mongo } from 'mongoose';
import { type RowDocument, type TableSpec } from './row-codec.ts';
import { retrying } from './retry.ts';
import { createTable, type Table } from './table.ts';

export interface Database {
  table<Row extends object>(spec: TableSpec<Row>): Table<Row>;
  /** Creates the indexes of every table defined so far. */
  ensureIndexes(): Promise<void>;
}

/** Tables use the driver: a query through a model of mongoose takes longer than the driver and the server together. */
export function createDatabase(connection: Connection): Database {
  const indexed: { readonly collection: mongo.Collection<RowDocument>; readonly indexes: mongo.IndexDescription[] }[] =
    [];
  return {
    table(spec) {
      const collection = connection.collection<RowDocument>(
        spec.collection,
      ) as unknown as mongo.Collection<RowDocument>;
      const plain = (spec.indexes ?? []).map((key) => ({ key: { ...key } as Record<string, 1 | -1> }));
      const unique = spec.unique ? [{ key: { ...spec.unique } as Record<string, 1 | -1>, unique: true }] : [];
      const indexes = [...plain, ...unique];
      if (indexes.length > 0) indexed.push({ collection, indexes });
      return createTable(collection, spec);
    },
    async ensureIndexes() {
      await Promise.all(indexed.map(({ collection, indexes }) => retrying(() => collection.createIndexes(indexes))));
    },
  };
}

import { type Connection, type Model } from 'mongoose';
import { modelOf, type RowDocument, type TableSpec } from './model.ts';
import { retrying } from './retry.ts';
import { createTable, type Table } from './table.ts';

export interface Database {
  table<Row extends object>(spec: TableSpec<Row>): Table<Row>;
  /** Creates the indexes of every table defined so far. */
  ensureIndexes(): Promise<void>;
}

export function createDatabase(connection: Connection): Database {
  const models: Model<RowDocument>[] = [];
  return {
    table(spec) {
      const model = modelOf(connection, spec);
      models.push(model);
      return createTable(model, spec);
    },
    async ensureIndexes() {
      await Promise.all(models.map((model) => retrying(() => model.createIndexes())));
    },
  };
}

import { randomUUID } from 'node:crypto';
import { type Connection, type mongo } from 'mongoose';
import { isDuplicateKey, retrying } from '../adapters/mongo/retry.ts';
import { type TradingMode } from '../domain/trading-mode.ts';
import { scopeOf } from './scope.ts';
import { descriptorSchema, type CompanyDescriptor } from './company-descriptor.ts';

type Row = mongo.BSON.Document & { readonly _id: string };

/** What a store says about itself, in the collection `meta` of each database. */
export interface StoreMeta {
  /** The descriptor of the company that was announced last, so that a brake finds it without Redis. */
  company(): Promise<CompanyDescriptor | null>;
  keepCompany(descriptor: CompanyDescriptor): Promise<void>;
  /** An id that no other store has; the first call makes it. A copy of the store has it too. */
  identity(): Promise<string>;
}

/** The company that was announced last in these modes. @param connection to the server that has their databases */
export async function newestCompany(
  connection: Connection,
  namespace: string,
  modes: readonly TradingMode[],
): Promise<CompanyDescriptor | null> {
  const kept = await Promise.all(modes.map((mode) => createStoreMeta(connection, scopeOf(namespace, mode)).company()));
  return kept.filter((each) => each !== null).sort((a, b) => b.announcedAt - a.announcedAt)[0] ?? null;
}

const COMPANY = 'company';
const IDENTITY = 'identity';

/** @param database of the server that the connection is open to */
export function createStoreMeta(connection: Connection, database: string): StoreMeta {
  const meta = connection.getClient().db(database).collection<Row>('meta');
  return {
    async company() {
      const row = await retrying(() => meta.findOne({ _id: COMPANY }));
      return row === null ? null : descriptorSchema.parse(row['descriptor']);
    },
    async keepCompany(descriptor) {
      await retrying(() => meta.updateOne({ _id: COMPANY }, { $set: { descriptor } }, { upsert: true }));
    },
    async identity() {
      try {
        await retrying(() => meta.insertOne({ _id: IDENTITY, id: randomUUID() }));
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const row = await retrying(() => meta.findOne({ _id: IDENTITY }));
      return String(row?.['id']);
    },
  };
}

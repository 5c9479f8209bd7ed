import { type Connection, type mongo } from 'mongoose';
import { type Redis } from 'ioredis';

/** The database and the queues (under one prefix) that a migration changes. */
export interface FormatPlaces {
  readonly db: NonNullable<Connection['db']>;
  readonly redis: Redis;
  readonly prefix: string;
}

/**
 * Migrates from the previous format number to `to`. Both parts must be idempotent and safe with a second process that
 * runs them at the same time. The number is written only after the step, so an interrupted step runs again.
 */
export interface Migration {
  readonly to: number;
  readonly store: (places: FormatPlaces) => Promise<void>;
  readonly queues: (places: FormatPlaces) => Promise<void>;
}

export type MetaDocument = mongo.BSON.Document & { readonly _id: string; readonly format: number };

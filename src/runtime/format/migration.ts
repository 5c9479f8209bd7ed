import { type Connection, type mongo } from 'mongoose';
import { type Redis } from 'ioredis';

/** What a migration changes: one database, and the queues under one prefix. */
export interface FormatPlaces {
  readonly db: NonNullable<Connection['db']>;
  readonly redis: Redis;
  readonly prefix: string;
}

/**
 * One step from the format below. Both parts must be idempotent and bear a second process that does the same at the
 * same time: the number is written only after the step, so one that was killed half-way runs again.
 */
export interface Migration {
  readonly to: number;
  readonly store: (places: FormatPlaces) => Promise<void>;
  readonly queues: (places: FormatPlaces) => Promise<void>;
}

export type MetaDocument = mongo.BSON.Document & { readonly _id: string; readonly format: number };

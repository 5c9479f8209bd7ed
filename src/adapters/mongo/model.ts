import { type Connection, type Model, mongo, Schema } from 'mongoose';
import { z } from 'zod';
import { canonicalJson } from '../../domain/identity/canonical-json.ts';
import { AppError } from '../../domain/errors.ts';
import { type AnyField, type Fields } from './fields.ts';

export type Direction<Row> = { readonly [Name in keyof Row & string]?: 1 | -1 };

export interface TableSpec<Row> {
  readonly collection: string;
  /** The unique key of the port's record; built with `keyOf` when it has several parts. */
  readonly key: (row: Row) => string;
  readonly fields: Fields<Row>;
  readonly indexes?: readonly Direction<Row>[];
  readonly unique?: Direction<Row>;
}

/** Joins parts into one key. The mapping is injective: different lists of parts give different keys. */
export function keyOf(...parts: readonly (string | number)[]): string {
  return parts.map((part) => String(part).replace(/[%/]/g, encodeURIComponent)).join('/');
}

/** Fields whose names start with '_' are internal to the table. */
export interface RowDocument {
  readonly _id: string;
  readonly _inserted?: string;
  readonly _changed?: string;
  readonly [field: string]: unknown;
}

const columnsOf = <Row>(spec: TableSpec<Row>): readonly [string, AnyField][] =>
  Object.entries(spec.fields as Readonly<Record<string, AnyField>>);

export function modelOf<Row>(connection: Connection, spec: TableSpec<Row>): Model<RowDocument> {
  const known = connection.models[spec.collection] as Model<RowDocument> | undefined;
  if (known) return known;
  const schema = new Schema<RowDocument>(
    {
      _id: { type: String, required: true },
      _inserted: String,
      _changed: String,
      ...Object.fromEntries(columnsOf(spec).map(([name, field]) => [name, { ...field.definition }])),
    },
    {
      collection: spec.collection,
      strict: 'throw',
      strictQuery: 'throw',
      id: false,
      versionKey: false,
      minimize: false,
    },
  );
  for (const index of spec.indexes ?? []) schema.index({ ...(index as Record<string, 1 | -1>) });
  if (spec.unique) schema.index({ ...(spec.unique as Record<string, 1 | -1>) }, { unique: true });
  return connection.model<RowDocument>(spec.collection, schema);
}

/** Removes undefined values, so that such a field is absent and such a filter condition is ignored. */
export function defined(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Converts between the port's rows and stored documents. */
export interface RowCodec<Row> {
  /** Converts row fields to stored form. */
  readonly encode: (values: object) => Record<string, unknown>;
  /** Converts a stored document to a row with exactly the port's fields. */
  readonly decode: (document: object) => Row;
  /** Validates a whole row and converts it. @throws AppError `invalid-record` */
  readonly documentOf: (row: Row, tokens: Pick<RowDocument, '_inserted' | '_changed'>) => RowDocument;
}

export function rowCodec<Row extends object>(spec: TableSpec<Row>): RowCodec<Row> {
  const wholeRow = z.strictObject(Object.fromEntries(columnsOf(spec).map(([name, { schema }]) => [name, schema])));
  const texts = new Set(columnsOf(spec).flatMap(([name, field]) => (field.json ? [name] : [])));

  function encode(values: object): Record<string, unknown> {
    const fields = Object.entries(defined(values));
    return Object.fromEntries(fields.map(([name, value]) => [name, texts.has(name) ? canonicalJson(value) : value]));
  }

  return {
    encode,

    decode(document) {
      const own = Object.entries(document).filter(([name]) => !name.startsWith('_'));
      const parse = (name: string, value: unknown): unknown => {
        if (value instanceof mongo.Binary) return value.value();
        return texts.has(name) ? JSON.parse(String(value)) : value;
      };
      return Object.fromEntries(own.map(([name, value]) => [name, parse(name, value)])) as Row;
    },

    documentOf(row, tokens) {
      const _id = spec.key(row);
      const fields = encode(row);
      const { error } = wholeRow.safeParse(fields);
      if (error) {
        const why = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
        throw new AppError('invalid-record', `${spec.collection} '${_id}' cannot be stored: ${why}`);
      }
      return { _id, ...tokens, ...fields };
    },
  };
}

import { mongo } from 'mongoose';
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

/** Condition of a field that equals the value, or one of several. */
export const oneOrMore = (value: string | readonly string[] | undefined): unknown =>
  Array.isArray(value) ? { $in: value } : value;

/** Fields whose names start with '_' are internal to the table. */
export interface RowDocument {
  readonly _id: string;
  readonly _inserted?: string;
  readonly _changed?: string;
  readonly [field: string]: unknown;
}

const columnsOf = <Row>(spec: TableSpec<Row>): readonly [string, AnyField][] =>
  Object.entries(spec.fields as Readonly<Record<string, AnyField>>);

/** Removes undefined values, so that such a field is absent and such a filter condition is ignored. */
export function defined(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Converts between the port's rows and stored documents. */
export interface RowCodec<Row> {
  /** Converts row fields to stored form. */
  readonly encode: (values: object) => Record<string, unknown>;
  /** Validates new values of fields and converts them; those of dotted paths are not validated. @throws AppError `invalid-record` */
  readonly changeOf: (key: string, values: object) => Record<string, unknown>;
  /** The conditions that are given. @throws AppError `internal` for a field that rows do not have. */
  readonly filterOf: (filter: object) => Record<string, unknown>;
  /** Converts a stored document to a row with exactly the port's fields, in their order, whoever wrote it. */
  readonly decode: (document: object) => Row;
  /** Validates a whole row and converts it. @throws AppError `invalid-record` */
  readonly documentOf: (row: Row, tokens: Pick<RowDocument, '_inserted' | '_changed'>) => RowDocument;
}

export function rowCodec<Row extends object>(spec: TableSpec<Row>): RowCodec<Row> {
  const wholeRow = z.strictObject(Object.fromEntries(columnsOf(spec).map(([name, { schema }]) => [name, schema])));
  const byName = new Map(columnsOf(spec));
  const texts = new Set(columnsOf(spec).flatMap(([name, field]) => (field.json ? [name] : [])));

  function encode(values: object): Record<string, unknown> {
    const fields = Object.entries(defined(values));
    return Object.fromEntries(fields.map(([name, value]) => [name, texts.has(name) ? canonicalJson(value) : value]));
  }

  const invalid = (_id: string, why: string): AppError =>
    new AppError('invalid-record', `${spec.collection} '${_id}' cannot be stored: ${why}`);

  return {
    encode,

    changeOf(key, values) {
      const fields = encode(values);
      for (const [name, value] of Object.entries(fields)) {
        if (name.includes('.')) continue;
        const error = byName.has(name) ? byName.get(name)!.schema.safeParse(value).error : 'no such field';
        if (error !== undefined)
          throw invalid(key, `${name}: ${typeof error === 'string' ? error : error.issues[0]!.message}`);
      }
      return fields;
    },

    filterOf(filter) {
      const conditions = defined(filter);
      const unknown = Object.keys(conditions).find(
        (name) => !name.startsWith('_') && !name.startsWith('$') && !byName.has(name.split('.', 1)[0]!),
      );
      if (unknown !== undefined) throw new AppError('internal', `${spec.collection} has no field '${unknown}'`);
      return conditions;
    },

    decode(document) {
      const stored = document as Readonly<Record<string, unknown>>;
      const parse = (name: string, value: unknown): unknown => {
        if (value instanceof mongo.Binary) return value.value();
        return texts.has(name) ? JSON.parse(String(value)) : value;
      };
      const row: Record<string, unknown> = {};
      for (const name of byName.keys()) if (stored[name] !== undefined) row[name] = parse(name, stored[name]);
      return row as Row;
    },

    documentOf(row, tokens) {
      const _id = spec.key(row);
      const fields = encode(row);
      const { error } = wholeRow.safeParse(fields);
      if (error) {
        const why = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
        throw invalid(_id, why);
      }
      return { _id, ...tokens, ...fields };
    },
  };
}

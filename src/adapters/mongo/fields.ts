import { Schema } from 'mongoose';
import { z } from 'zod';

/**
 * How one field of a row is stored. `T` is the accepted type, so that the compiler compares every table with the port's
 * record: a field that is missing, has another type, or is optional on one side only does not compile.
 */
interface Stored<in T> {
  /** mongoose definition, used to validate changes of single fields. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Validates whole rows in stored form. Cheaper than mongoose, which creates a document for each row. */
  readonly schema: z.ZodType;
  /** Stored as JSON text, because its keys come from outside and may contain '.' or '$'. */
  readonly json: boolean;
  /** Type-level only; never present at run time. */
  readonly accepts?: (value: T) => void;
}
export interface Field<in T> extends Stored<T> {
  readonly optional: false;
}
export interface OptionalField<in T> extends Stored<T> {
  readonly optional: true;
}

export type AnyField = Stored<never>;

export type Fields<Row> = {
  readonly [Name in keyof Row]-?: object extends Pick<Row, Name>
    ? OptionalField<Exclude<Row[Name], undefined>>
    : Field<Row[Name]>;
};

/**
 * mongoose treats the empty string as missing; we accept it. The setting is global, but only this folder uses mongoose.
 */
Schema.Types.String.checkRequired((value) => typeof value === 'string');

function field<T>(definition: Readonly<Record<string, unknown>>, schema: z.ZodType, json = false): Field<T> {
  return { definition: { ...definition, required: true }, schema, json, optional: false };
}

function orNull<T>({ definition: { required: _, ...definition }, schema, json }: Field<T>): Field<T | null> {
  return { definition, schema: schema.nullable(), json, optional: false };
}

/** Accepts Infinity, which the store can hold; refuses NaN. */
const anyNumber = z.custom<number>((value) => typeof value === 'number' && !Number.isNaN(value), 'not a number');
const anyPresentValue = z.custom((value) => value !== undefined && value !== null, 'missing');

export const text = field<string>({ type: String }, z.string());
export const number = field<number>({ type: Number }, anyNumber);
export const flag = field<boolean>({ type: Boolean }, z.boolean());
export const bytes = field<Uint8Array>({ type: Buffer }, z.instanceof(Uint8Array));
/** Any value that is JSON, in its canonical form. */
export const json = field<unknown>({ type: String }, z.string(), true);

export function oneOf<const Value extends string>(values: readonly Value[]): Field<Value> {
  return field({ type: String, enum: [...values] }, z.enum(values));
}

export const textOrNull: Field<string | null> = orNull(text);
export const numberOrNull: Field<number | null> = orNull(number);

/** A domain value stored unchanged: plain objects, arrays, strings, numbers. Its producer has validated it. */
export function plain<T>(): Field<T> {
  return field({ type: Schema.Types.Mixed }, anyPresentValue);
}

export function optional<T>(of: Field<T>): OptionalField<T> {
  return { ...of, definition: { ...of.definition, required: false }, schema: of.schema.optional(), optional: true };
}

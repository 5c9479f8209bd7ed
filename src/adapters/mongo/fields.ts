import { Schema } from 'mongoose';
import { z } from 'zod';

/**
 * How one field of a row is stored. `T` is what it accepts, so that the compiler compares every table with the port's
 * record: a field that is missing, of another type, or optional on one side only does not compile.
 */
interface Stored<in T> {
  /** For mongoose: changes of single fields. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** For whole rows, as they are stored: mongoose would make a document of each, only to look at it. */
  readonly schema: z.ZodType;
  /** Stored as text, because its keys are not ours to choose: they may hold '.' or '$'. */
  readonly json: boolean;
  /** Never there: carries the type. */
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

/** To mongoose the empty string is missing; to us it is a text. Set for all of mongoose, which only this folder uses. */
Schema.Types.String.checkRequired((value) => typeof value === 'string');

function field<T>(definition: Readonly<Record<string, unknown>>, schema: z.ZodType, json = false): Field<T> {
  return { definition: { ...definition, required: true }, schema, json, optional: false };
}

function orNull<T>({ definition: { required: _, ...definition }, schema, json }: Field<T>): Field<T | null> {
  return { definition, schema: schema.nullable(), json, optional: false };
}

/** Infinity is a number to the store, as it is to us. */
const anyNumber = z.custom<number>((value) => typeof value === 'number' && !Number.isNaN(value), 'not a number');
const somethingThere = z.custom((value) => value !== undefined && value !== null, 'missing');

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

/** A value of the domain stored as it is: plain objects, arrays, texts, numbers. Whoever made it has validated it. */
export function plain<T>(): Field<T> {
  return field({ type: Schema.Types.Mixed }, somethingThere);
}

export function optional<T>(of: Field<T>): OptionalField<T> {
  return { ...of, definition: { ...of.definition, required: false }, schema: of.schema.optional(), optional: true };
}

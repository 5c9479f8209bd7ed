import { z } from 'zod';

/**
 * How one field of a row is stored. `T` is the accepted type, so that the compiler compares every table with the port's
 * record: a field that is missing, has another type, or is optional on one side only does not compile.
 */
interface Stored<in T> {
  /** Validates the field in stored form. */
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

function field<T>(schema: z.ZodType, json = false): Field<T> {
  return { schema, json, optional: false };
}

function orNull<T>({ schema, json }: Field<T>): Field<T | null> {
  return { schema: schema.nullable(), json, optional: false };
}

/** Accepts Infinity, which the store can hold; refuses NaN. */
const anyNumber = z.custom<number>((value) => typeof value === 'number' && !Number.isNaN(value), 'not a number');
const anyPresentValue = z.custom((value) => value !== undefined && value !== null, 'missing');

export const text = field<string>(z.string());
export const number = field<number>(anyNumber);
export const flag = field<boolean>(z.boolean());
export const bytes = field<Uint8Array>(z.instanceof(Uint8Array));
/** Any value that is JSON, in its canonical form. */
export const json = field<unknown>(z.string(), true);

export function oneOf<const Value extends string>(values: readonly Value[]): Field<Value> {
  return field(z.enum(values));
}

export const textOrNull: Field<string | null> = orNull(text);
export const numberOrNull: Field<number | null> = orNull(number);

/** A domain value stored unchanged: plain objects, arrays, strings, numbers. Its producer has validated it. */
export function plain<T>(): Field<T> {
  return field(anyPresentValue);
}

export function optional<T>(of: Field<T>): OptionalField<T> {
  return { ...of, schema: of.schema.optional(), optional: true };
}

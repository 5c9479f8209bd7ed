import { Schema } from 'mongoose';

/**
 * How one field of a row is stored. `T` is what it accepts, so that the compiler compares every table with the port's
 * record: a field that is missing, of another type, or optional on one side only does not compile.
 */
interface Stored<in T> {
  readonly definition: Readonly<Record<string, unknown>>;
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

function field<T>(definition: Readonly<Record<string, unknown>>, json = false): Field<T> {
  return { definition: { ...definition, required: true }, json, optional: false };
}

export const text = field<string>({ type: String });
export const number = field<number>({ type: Number });
export const flag = field<boolean>({ type: Boolean });
export const bytes = field<Uint8Array>({ type: Buffer });
/** Any value that is JSON, in its canonical form. */
export const json = field<unknown>({ type: String }, true);

export function oneOf<const Value extends string>(values: readonly Value[]): Field<Value> {
  return field({ type: String, enum: [...values] });
}

export const numberOrNull: Field<number | null> = { definition: { type: Number }, json: false, optional: false };

/** A value of the domain stored as it is: plain objects, arrays, texts, numbers. Whoever made it has validated it. */
export function plain<T>(): Field<T> {
  return field({ type: Schema.Types.Mixed });
}

export function optional<T>(of: Field<T>): OptionalField<T> {
  return { ...of, definition: { ...of.definition, required: false }, optional: true };
}

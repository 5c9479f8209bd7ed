import { MingoError } from 'mingo/util';

/** MongoDB's error codes for what this store refuses; the numbers are what drivers and callers look at. */
const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  DollarPrefixedFieldName: 52,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  CommandNotSupported: 115,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
} as const;

export type ErrorName = keyof typeof CODES;

/**
 * An error a client is told about. Not an AppError: drivers decide by MongoDB's own codes, which are numbers, and at the
 * other end of the connection it is the driver that throws.
 * `details` are extra fields of the reply (`keyPattern`, `keyValue`).
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: number;
  readonly codeName: ErrorName;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(codeName: ErrorName, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = CODES[codeName];
    this.codeName = codeName;
    this.details = details;
  }
}

export function refuse(codeName: ErrorName, message: string): never {
  throw new StoreError(codeName, message);
}

/** mingo refuses what it does not know with its own error; anything else that was thrown is a fault of this store. */
export function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(error instanceof MingoError ? 'BadValue' : 'InternalError', message);
}

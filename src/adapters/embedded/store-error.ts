import { MingoError } from 'mingo/util';

/** MongoDB's numeric error codes; drivers and callers check these numbers. */
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
 * An error that is sent to the client. It is not an AppError: drivers evaluate MongoDB's numeric codes, and the client
 * sees an error thrown by its driver. `details` are extra fields of the reply (`keyPattern`, `keyValue`).
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

/** A MingoError means that the request is not supported; any other unknown error is a bug in this store. */
export function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(error instanceof MingoError ? 'BadValue' : 'InternalError', message);
}

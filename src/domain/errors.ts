/** An error as plain data, for threads and queues, which do not keep classes. */
export interface ErrorForm {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly advice?: string;
}

export interface AppErrorOptions {
  readonly retryable?: boolean;
  /** What a person can do to fix it. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/**
 * An error with a stable kebab-case `code` and a `retryable` flag: whether a retry can succeed. define-agent maps
 * `retryable: false` to BullMQ's UnrecoverableError; the API and the command line print `message` and `advice`.
 * docs/errors.md lists the codes.
 */
export class AppError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly advice: string | undefined;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.advice = options.advice;
  }
}

/**
 * Codes of input errors: what a person typed, sent or configured is wrong. The command line exits 2, the API answers
 * 400.
 */
export const INPUT_CODES: ReadonlySet<string> = new Set([
  'bad-candles',
  'bad-config',
  'bad-input',
  'bad-message',
  'bad-spec',
  'bad-timeframe',
  'company-job',
  'not-supported',
  'other-profile',
  'poor-coverage',
  'series-too-short',
  'unknown-job',
  'unknown-market',
]);

export function isInputError(error: unknown): boolean {
  return error instanceof AppError && INPUT_CODES.has(error.code);
}

/** Whether it is an AppError other than `internal`: its message is written for people, so no stack trace is needed. */
export function isExplained(error: unknown): error is AppError {
  return error instanceof AppError && error.code !== 'internal';
}

/** Whether it is an AppError with this code. Codes of Node and of drivers do not count. */
export function hasCode(error: unknown, code: string): error is AppError {
  return error instanceof AppError && error.code === code;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Message and advice in one line. */
export function sentenceOf(error: unknown): string {
  const advice = formOf(error)?.advice;
  const said = oneLine(errorText(error));
  return advice === undefined ? said : `${said.replace(/\.$/, '')}. ${oneLine(advice)}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');

/** The plain form of an AppError; null for any other error. */
export function formOf(error: unknown): ErrorForm | null {
  if (!(error instanceof AppError)) return null;
  const { code, message, retryable, advice } = error;
  return { code, message, retryable, ...(advice !== undefined && { advice }) };
}

export function fromForm({ code, message, ...options }: ErrorForm, cause?: unknown): AppError {
  return new AppError(code, message, { ...options, cause });
}

/** Adds `place` (a file, or a position in it) to the start of an AppError's message; returns other errors unchanged. */
export function withPlace(place: string, error: unknown): unknown {
  const form = formOf(error);
  return form === null ? error : fromForm({ ...form, message: `${place}: ${form.message}` }, error);
}

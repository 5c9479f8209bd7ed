export interface AppErrorOptions {
  readonly retryable?: boolean;
  /** What a person can do about it. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/**
 * An error with a stable `code` and whether trying again can help. define-agent maps `retryable: false` to BullMQ's
 * UnrecoverableError; the API and the command line print `message` and `advice`. docs/errors.md lists the codes.
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

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

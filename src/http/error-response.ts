import { type ErrorRequestHandler } from 'express';
import { errorText, isExplained, isInputError } from '../domain/errors.ts';
import { type Logger } from '../ports/logger.ts';
import { RequestError } from './request-error.ts';

/** Converts errors of express and its body parser, which have an HTTP `status` and a `type`. */
function httpErrorOf(error: unknown): RequestError | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null;
  const { status } = error;
  if (status < 400 || status > 499) return null;
  const type = 'type' in error ? error.type : undefined;
  if (type === 'entity.parse.failed') return new RequestError(400, 'malformed-json', 'the body is not JSON');
  if (status === 413) {
    const limit = 'limit' in error && typeof error.limit === 'number' ? error.limit : 0;
    return new RequestError(413, 'too-large', `the body is larger than ${Math.round(limit / 1024)} kB`);
  }
  if (status === 415) return new RequestError(415, 'unsupported-media-type', error.message);
  return new RequestError(status, 'bad-request', status === 404 ? 'not found' : 'the request cannot be parsed');
}

function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (isExplained(error)) {
    const options = error.advice === undefined ? {} : { advice: error.advice };
    const status = isInputError(error) ? 400 : error.retryable ? 503 : 500;
    return new RequestError(status, error.code, error.message, options);
  }
  return httpErrorOf(error) ?? new RequestError(500, 'internal-error', 'internal error; see the log of the server');
}

function errorBody({ code, message, advice, issues, valid }: RequestError): object {
  return { error: { code, message, ...(advice && { advice }), ...(issues && { issues }), ...(valid && { valid }) } };
}

/** Answers every error as JSON, without a stack. @param bodyOf builds the JSON body */
export function errorResponse(log: Logger, bodyOf: (error: RequestError) => object = errorBody): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const answer = toRequestError(error);
    if (answer.status >= 500) {
      const stack = error instanceof Error && !isExplained(error) ? { stack: error.stack } : {};
      log.warn(`${request.method} ${request.path}: ${errorText(error)}`, { status: answer.status, ...stack });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(answer.status).set(answer.headers).json(bodyOf(answer));
  };
}

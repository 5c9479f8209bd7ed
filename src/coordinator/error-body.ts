import { sentenceOf } from '../domain/errors.ts';
import { type RequestError } from '../http/request-error.ts';

/** Error response: clients of the Python coordinator read `error` as one line of text; ours use `code` and `issues`. */
export function errorBody(error: RequestError): object {
  const { code, issues } = error;
  return { error: sentenceOf(error), code, ...(issues && { issues }) };
}

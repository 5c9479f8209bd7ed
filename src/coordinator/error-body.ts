import { sentenceOf } from '../domain/errors.ts';
import { type RequestError } from '../http/request-error.ts';

/** One line that says what is wrong: the existing clients read `error` as text. `code` and `issues` are for ours. */
export function errorBody(error: RequestError): object {
  const { code, issues } = error;
  return { error: sentenceOf(error), code, ...(issues && { issues }) };
}

import { type RequestError } from '../http/request-error.ts';

/** One line that says what is wrong: the existing clients read `error` as text. `code` and `issues` are for ours. */
export function errorBody({ code, message, advice, issues }: RequestError): object {
  const text = advice === undefined ? message : `${message}. ${advice}`;
  return { error: text.replaceAll(/\s*\n\s*/g, ' '), code, ...(issues && { issues }) };
}

import { runtimeFrom } from '../../../config/environment.ts';
import { isExplained, isInputError, sentenceOf } from '../../domain/errors.ts';
import { type CliIo } from './io.ts';

/**
 * Says in one line what went wrong and what can be done about it. @returns the exit code: 2 where the person at the
 * keyboard must change something, 1 where the work could not be done.
 */
export function reportError(error: unknown, io: CliIo): number {
  const text = sentenceOf(error);
  if (isExplained(error)) {
    io.complain(`corp: ${text}`);
  } else {
    const debug = runtimeFrom(io.environment)['logLevel'] === 'debug';
    io.complain(`corp: unexpected error: ${text}${debug ? '' : '. LOG_LEVEL=debug shows where'}`);
    if (debug && error instanceof Error && error.stack !== undefined) io.complain(error.stack);
  }
  return isInputError(error) ? 2 : 1;
}

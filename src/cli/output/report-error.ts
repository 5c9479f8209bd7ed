import { runtimeFrom } from '../../../config/environment.ts';
import { isExplained, isInputError, sentenceOf } from '../../domain/errors.ts';
import { type CliIo } from './io.ts';
import { systemProblem } from './system-error.ts';

/**
 * Prints an error and its advice in one line.
 * @returns the exit code: 2 for bad usage or input, 1 when the work could not be done.
 */
export function reportError(error: unknown, io: CliIo): number {
  const text = sentenceOf(error);
  const problem = systemProblem(error);
  if (isExplained(error) || problem !== null) {
    io.complain(`corp: ${problem ?? text}`);
  } else {
    const debug = runtimeFrom(io.environment)['logLevel'] === 'debug';
    io.complain(`corp: unexpected error: ${text}${debug ? '' : '. Set LOG_LEVEL=debug to see the stack trace'}`);
    if (debug && error instanceof Error && error.stack !== undefined) io.complain(error.stack);
  }
  return isInputError(error) ? 2 : 1;
}

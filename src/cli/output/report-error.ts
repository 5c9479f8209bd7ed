import { ConfigError } from '../../../config/config-error.ts';
import { runtimeFrom } from '../../../config/environment.ts';
import { ContractError } from '../../../queues/contract-error.ts';
import { CandleFileError } from '../../domain/market/candle-file-error.ts';
import { CoverageError } from '../../domain/market/coverage.ts';
import { SeriesTooShortError } from '../../domain/market/series-too-short-error.ts';
import { SpecError } from '../../domain/strategies/spec-error.ts';
import { AppError, errorText } from '../../domain/errors.ts';
import { type CliIo } from './io.ts';

const INPUT_ERRORS = [ConfigError, SpecError, CandleFileError, CoverageError, SeriesTooShortError, ContractError];
/** Codes of AppErrors about something that was typed. */
const INPUT_CODES = new Set([
  'bad-input',
  'bad-flag',
  'bad-timeframe',
  'not-supported',
  'unknown-job',
  'unknown-market',
]);

/** 2 where the person at the keyboard must change something, 1 where the work could not be done. */
function exitCodeOf(error: unknown): number {
  if (error instanceof AppError && INPUT_CODES.has(error.code)) return 2;
  return INPUT_ERRORS.some((kind) => error instanceof kind) ? 2 : 1;
}

const isExpected = (error: unknown): boolean => error instanceof AppError || exitCodeOf(error) === 2;

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');

/** Says in one line what went wrong and what can be done about it; gives the exit code. */
export function reportError(error: unknown, io: CliIo): number {
  const advice = error instanceof AppError && error.advice !== undefined ? `. ${error.advice}` : '';
  const text = `${oneLine(errorText(error)).replace(/\.$/, '')}${oneLine(advice)}`;
  if (isExpected(error)) {
    io.complain(`corp: ${text}`);
  } else {
    const debug = runtimeFrom(io.environment)['logLevel'] === 'debug';
    io.complain(`corp: unexpected error: ${text}${debug ? '' : '. LOG_LEVEL=debug shows where'}`);
    if (debug && error instanceof Error && error.stack !== undefined) io.complain(error.stack);
  }
  return exitCodeOf(error);
}

import { readFile } from 'node:fs/promises';
import { strategySpecSchema } from '../../queues/strategy-spec-schema.ts';
import { type StrategySpec } from '../domain/strategies/spec.ts';
import { SpecError } from '../domain/strategies/spec-error.ts';
import { validateSpec } from '../domain/strategies/validate-spec.ts';
import { AppError, errorText } from '../ports/errors.ts';

/** JSON has no NaN and no Infinity, though some write them. As texts they are refused at their field, not as bad JSON. */
const quoted = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );

/** A spec in a JSON file. @throws AppError `bad-input` naming the file and the field. */
export async function readSpec(path: string): Promise<StrategySpec> {
  const refuse = (problem: string, cause?: unknown): AppError =>
    new AppError('bad-input', `${path}: ${problem}`, { cause });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw refuse(`cannot be read (${errorText(cause)})`, cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(quoted(text));
  } catch (cause) {
    throw refuse(`is not JSON: ${errorText(cause)}`, cause);
  }
  try {
    // First, because it says in words what is wrong, where a union of schemas only says that nothing fits.
    validateSpec(value);
    return strategySpecSchema.parse(value);
  } catch (cause) {
    if (cause instanceof SpecError) throw refuse(cause.message, cause);
    throw refuse(`is not a strategy spec: ${errorText(cause)}`, cause);
  }
}

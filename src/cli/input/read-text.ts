import { readFile } from 'node:fs/promises';
import { AppError, errorText } from '../../domain/errors.ts';

/** A text file that was named on the command line, without its byte order mark. @throws AppError `bad-input` when it cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new AppError('bad-input', `${path}: cannot be read (${errorText(cause)})`, { cause });
  }
}

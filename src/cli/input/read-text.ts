import { readFile } from 'node:fs/promises';
import { AppError, errorText } from '../../domain/errors.ts';

/** Reads a text file given on the command line, without byte order mark. @throws AppError `bad-input` when unreadable. */
export async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new AppError('bad-input', `${path}: cannot be read (${errorText(cause)})`, { cause });
  }
}

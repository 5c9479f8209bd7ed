import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { decodeText } from './decode-text.ts';

/** Larger than any configuration; a larger file is another file. */
const MAX_BYTES = 1 << 20;

/** Why a file could not be read, by the system's code. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory, not a file',
  ELOOP: 'its links form a circle',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is a file',
};

/** @param advice what to do when it cannot be read. @throws ConfigError */
export function readConfigFile(path: string, place: string, advice: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new ConfigError(place, '', `cannot be read (${PROBLEMS[code] ?? code}); ${advice}`);
  }
  if (bytes.length > MAX_BYTES) throw new ConfigError(place, '', `is larger than ${MAX_BYTES} bytes; ${advice}`);
  return decodeText(bytes, place);
}

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { processEnvironment } from '../../../config/process-environment.ts';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first of these programs that is on the PATH (or is an absolute path); null when there is none. Runs none of them. */
export function findBinary(names: readonly string[]): string | null {
  const directories = (processEnvironment()['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const isFound = (name: string): boolean =>
    isAbsolute(name) ? isExecutable(name) : directories.some((directory) => isExecutable(join(directory, name)));
  return names.find(isFound) ?? null;
}

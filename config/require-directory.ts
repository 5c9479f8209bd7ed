import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from './config-error.ts';

/**
 * Refuses a directory that cannot exist because it, or a part of its path, is a file. It need not exist yet.
 * @throws ConfigError
 */
export function requireDirectory(path: string, place: string, key: string): void {
  for (let part = path; ; part = dirname(part)) {
    try {
      if (statSync(part).isDirectory()) return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if ((code === 'ENOENT' || code === 'ENOTDIR') && dirname(part) !== part) continue;
      throw new ConfigError(place, key, `${path} cannot be used (${code}); set another directory`);
    }
    const problem = part === path ? 'is not a directory' : `lies below ${part}, which is not a directory`;
    throw new ConfigError(place, key, `${path} ${problem}; set another directory`);
  }
}

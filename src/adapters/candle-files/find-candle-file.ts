import { realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/**
 * Finds the candle file that a unit names in one of the directories that a worker may read: by its full name, else by
 * its last part (`data_futures/X.csv` also matches `X.csv`). Returns no path outside these directories, also not
 * through a symbolic link.
 * @throws AppError `no-candles`
 */
export async function findCandleFile(name: string, directories: readonly string[]): Promise<string> {
  const path = normalize(name);
  const isInside = !isAbsolute(path) && !path.split(sep).includes('..');
  const names = isInside ? [path, basename(path)] : [];
  for (const directory of directories) {
    for (const candidate of names) {
      const file = join(directory, candidate);
      if (await isFileBelow(directory, file)) return file;
    }
  }
  const why = isInside ? `is in none of ${directories.join(', ')}` : 'is a path outside the data directories';
  throw new AppError('no-candles', `${JSON.stringify(name)} ${why}`, { advice: 'Name its directory with --data' });
}

async function isFileBelow(directory: string, path: string): Promise<boolean> {
  try {
    const [root, real] = await Promise.all([realpath(directory), realpath(path)]);
    return real.startsWith(root.endsWith(sep) ? root : root + sep) && (await stat(real)).isFile();
  } catch {
    return false;
  }
}

import { realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/**
 * The candle file that a unit names, in one of the directories that a worker may read: under its name as written, else under
 * its last part (`data_futures/X.csv` is found as `X.csv`). What a coordinator sends never leads out of them, by a link
 * neither.
 * @throws AppError `no-candles`.
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
  const why = isInside ? `is in none of ${directories.join(', ')}` : 'leads out of the data directories';
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

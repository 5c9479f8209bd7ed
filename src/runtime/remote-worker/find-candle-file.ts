import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { AppError } from '../../ports/errors.ts';

/**
 * The candle file that a unit names, in one of the directories that a worker may read: under its name as written, else under
 * its last part (`data_futures/X.csv` is found as `X.csv`). What a coordinator sends never leads out of them.
 * @throws AppError `no-candles`.
 */
export async function findCandleFile(name: string, directories: readonly string[]): Promise<string> {
  const path = normalize(name);
  const isInside = !isAbsolute(path) && !path.split(sep).includes('..');
  const names = isInside ? [path, basename(path)] : [];
  for (const directory of directories) {
    for (const candidate of names) {
      const file = join(directory, candidate);
      if (await isFile(file)) return file;
    }
  }
  const why = isInside ? `is in none of ${directories.join(', ')}` : 'leads out of the data directories';
  throw new AppError('no-candles', `${JSON.stringify(name)} ${why}`, { advice: 'Name its directory with --data' });
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

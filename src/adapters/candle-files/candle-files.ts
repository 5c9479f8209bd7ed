import { AppError } from '../../domain/errors.ts';
import { type CandleFiles } from '../../ports/candle-files.ts';
import { createFileHasher } from './hash-file.ts';
import { findCandleFile } from './find-candle-file.ts';
import { readCandleColumns } from './read-candle-file.ts';

/** Reads candle files from these directories only. */
export function createCandleFiles(directories: readonly string[]): CandleFiles {
  const find = (name: string): Promise<string> => findCandleFile(name, directories);
  const hash = createFileHasher();
  return {
    find,
    hash: async (name) => hash(await find(name)),
    async read(name) {
      const file = await readCandleColumns(await find(name));
      if (file.volume === 'base') return file;
      throw new AppError('bad-candles', `${file.path}: has no volume, which work units need`, {
        advice: 'Replace it by a file with a volume',
      });
    },
  };
}

import { type CandleFiles } from '../../ports/candle-files.ts';
import { findCandleFile } from './find-candle-file.ts';
import { readCandleColumns } from './read-candle-file.ts';

/** Reads candle files from these directories only. */
export function createCandleFiles(directories: readonly string[]): CandleFiles {
  const find = (name: string): Promise<string> => findCandleFile(name, directories);
  return { find, read: async (name) => readCandleColumns(await find(name)) };
}

import { type CandleFiles } from '../../ports/candle-files.ts';
import { findCandleFile } from './find-candle-file.ts';
import { readCandleColumns } from './read-candle-file.ts';

/** The candle files in these directories; nothing outside of them is ever read. */
export function createCandleFiles(directories: readonly string[]): CandleFiles {
  const find = (name: string): Promise<string> => findCandleFile(name, directories);
  return { find, read: async (name) => readCandleColumns(await find(name)) };
}

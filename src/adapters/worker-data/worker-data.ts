import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { columnsOf, type CandleColumns } from '../../domain/market/candle-columns.ts';
import { parseCandleCsv } from '../../domain/market/candle-csv.ts';
import { quickCandleColumns } from '../../domain/market/quick-candle-csv.ts';
import { errorText } from '../../ports/errors.ts';
import { type WorkerData } from '../../ports/worker-data.ts';
import { locate, segmentsOf } from './locate.ts';

/** Files kept in memory; a fleet works on a handful. */
const MOST_FILES = 8;

async function readColumns(path: string): Promise<CandleColumns> {
  const bytes = await readFile(path);
  return quickCandleColumns(bytes) ?? columnsOf(parseCandleCsv(new TextDecoder().decode(bytes)));
}

/** Candle files in these directories, and nowhere else. */
export function createWorkerData(directories: readonly string[]): WorkerData {
  const files = new Map<string, Promise<CandleColumns>>();

  return {
    async find(dataFile) {
      const segments = segmentsOf(dataFile);
      if (segments === null) return { columns: null, reason: 'data_file names no file below a data directory' };
      const path = await locate(segments, directories);
      if (path === null) return { columns: null, reason: `there is no ${segments.at(-1)} in the data directories` };
      const { mtimeMs, size } = await stat(path);
      const key = `${path}/${mtimeMs}/${size}`;
      const reading = files.get(key) ?? readColumns(path);
      files.delete(key);
      files.set(key, reading);
      if (files.size > MOST_FILES) files.delete(files.keys().next().value!);
      try {
        return { columns: await reading, key };
      } catch (error) {
        files.delete(key);
        return { columns: null, reason: `${basename(path)} cannot be used: ${errorText(error)}` };
      }
    },
  };
}

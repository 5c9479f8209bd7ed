import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Series } from '../../src/domain/market/series.ts';

const ROWS_A_WRITE = 10_000;

/** Writes a series as a candle file. */
export async function writeCandles(
  path: string,
  { length, time, open, high, low, close, volume }: Series,
): Promise<void> {
  const file = createWriteStream(path);
  file.write('timestamp,open,high,low,close,volume\n');
  for (let from = 0; from < length; from += ROWS_A_WRITE) {
    let rows = '';
    for (let i = from; i < Math.min(from + ROWS_A_WRITE, length); i += 1) {
      const stamp = new Date(time[i]!).toISOString().slice(0, 19).replace('T', ' ');
      rows += `${stamp},${open[i]},${high[i]},${low[i]},${close[i]},${volume[i]!.toFixed(8)}\n`;
    }
    if (!file.write(rows)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

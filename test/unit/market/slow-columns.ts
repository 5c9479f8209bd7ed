import { inferLayout } from '../../../src/domain/market/candle-layout/infer-layout.ts';
import { createRowReader } from '../../../src/domain/market/candle-layout/row-reader.ts';
import { settleCandles } from '../../../src/domain/market/candle-layout/settle-candles.ts';
import { type CandleColumns } from '../../../src/domain/market/candle-columns.ts';

/** Reads a plain CSV through the layout inference. */
export function slowColumns(text: string): CandleColumns {
  const rows = text.split('\n').map((line, i) => ({ line: i + 1, cells: line.split(',').map((cell) => cell.trim()) }));
  const layout = inferLayout(rows, {}, { symbol: undefined, separator: ',' });
  const reader = createRowReader(layout);
  for (const { line, cells } of rows) if (line >= layout.firstLine) reader.push(line, cells);
  return settleCandles(reader.finish(), layout, { timeframe: '1m' }, {}, 'line').columns;
}

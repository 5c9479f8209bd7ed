import { type Timeframe } from '../timeframe.ts';
import { type DateOrder } from './date-text.ts';
import { type DecimalSign, type NumberStyle } from './number-style.ts';
import { type TimeStyle } from './time-style.ts';

/** What a person said of a file. Everything else is inferred from its content. */
export interface CandleFileHints {
  /** The market, instead of the one in the file's name. */
  readonly symbol?: string;
  readonly timeframe?: Timeframe;
  /** Names of the columns in file order; `-` skips one. */
  readonly columns?: readonly ColumnHint[];
  /** IANA name or fixed offset of times without a zone. */
  readonly timezone?: string;
  readonly timeIs?: 'open' | 'close';
  readonly dateOrder?: DateOrder;
  readonly decimal?: DecimalSign;
}

export const COLUMN_HINTS = ['time', 'date', 'open', 'high', 'low', 'close', 'volume', '-'] as const;
export type ColumnHint = (typeof COLUMN_HINTS)[number];

/** A row of a file: `line` counts from 1. Cells are trimmed. */
export interface FileRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Where the values of a candle are, and how they are written. */
export interface Layout {
  /** First line with a candle; lines above are header and preamble. */
  readonly firstLine: number;
  /** Cells a row has. */
  readonly width: number;
  readonly header: readonly string[] | null;
  /** More than one when the sample leaves the order of day and month open. */
  readonly times: readonly TimeStyle[];
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** null: there is no column of volume in base units. */
  readonly volume: number | null;
  /** Base units of one of its volume: 1, or the size of a contract. */
  readonly volumeUnit: number;
  readonly numbers: NumberStyle;
  readonly timeIs: 'open' | 'close';
  /** A zone that the name of the time column tells, or a line above the candles; null when they tell none. */
  readonly namedZone: string | null;
  /** Column that names the market of each row. */
  readonly symbol: number | null;
  /** Column that names the length of each candle. */
  readonly interval: number | null;
  readonly assumed: readonly string[];
}

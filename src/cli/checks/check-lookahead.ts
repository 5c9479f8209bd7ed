import {
  findLookAhead,
  type LookAheadDifference,
  type LookAheadOptions,
} from '../../domain/backtest/guards/look-ahead.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { type CliIo } from '../output/io.ts';
import { type Row } from '../output/table.ts';
import { isoTime } from '../../reports/figures.ts';

const PROGRESS_EVERY_MS = 2_000;

/** Shows progress on standard error: one updated line on a terminal, separate lines otherwise. */
function showProgress(io: CliIo): (done: number, total: number) => void {
  let last = Date.now();
  let isShown = false;
  return (done, total) => {
    if (done === total && isShown && io.isTTY) io.terminal.write('\r\u001b[K');
    if (done === total || Date.now() - last < PROGRESS_EVERY_MS) return;
    last = Date.now();
    isShown = true;
    const text = `${done} of ${total} bars recomputed`;
    if (io.isTTY) io.terminal.write(`\r\u001b[K${text}`);
    else io.complain(text);
  };
}

interface LookAheadCheck extends Pick<LookAheadOptions, 'trades' | 'createCache'> {
  readonly all: boolean;
  readonly json: boolean;
}

const differenceRow = ({ time, bar, what, whole, truncated }: LookAheadDifference): Row => ({
  time: isoTime(time),
  bar,
  what,
  'with the future': String(whole),
  'as it was': String(truncated),
});

/**
 * Recomputes a spec's signals on data that ends at each signal.
 * @throws AppError `looks-ahead` when a value that the spec reads depends on later data.
 */
export function checkLookAhead(
  io: CliIo,
  spec: StrategySpec,
  series: Series,
  { all, json, ...given }: LookAheadCheck,
): void {
  const report = findLookAhead(series, spec, { ...given, isExhaustive: all, onProgress: showProgress(io) });
  const { signals, recomputed, others, differences, differing } = report;
  const ok = differing === 0;
  if (json) {
    const { symbol, timeframe, length } = series;
    io.json({ spec, series: { symbol, timeframe, bars: length }, ok, ...report });
  } else {
    const count = recomputed === signals ? `${signals}` : `${recomputed} of ${signals}`;
    io.print(`${count} signals recomputed on truncated data: ${ok ? 'no look-ahead' : `${differing} differences`}`);
    if (recomputed < signals)
      io.print('A sample: all signals that led to a fill, and others evenly spaced. --all recomputes every signal.');
    io.print(`${others} bars without a signal were recomputed as well.`);
    if (!ok) io.table(differences.map(differenceRow), '');
  }
  const [first] = differences;
  if (first) {
    const { what, time, whole, truncated } = first;
    throw new AppError(
      'looks-ahead',
      `${what} at ${isoTime(time)} is ${String(whole)} with the future known and was ${String(truncated)} at the time`,
    );
  }
}

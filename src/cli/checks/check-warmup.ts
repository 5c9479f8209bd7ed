import { driftAfterWarmup, measureWarmupDrift, type LineDrift } from '../../domain/backtest/guards/warmup-drift.ts';
import { type Series } from '../../domain/market/series.ts';
import { type StrategySpec } from '../../domain/strategies/spec.ts';
import { AppError } from '../../domain/errors.ts';
import { type CliIo } from '../output/io.ts';
import { type Row } from '../output/table.ts';
import { isoTime } from '../../reports/figures.ts';

/** Drifts below this percentage are shown as `< 0.00000001 %`. */
const NEGLIGIBLE = 1e-8;

/** `42 %`, `0.0042 %`; Infinity means that the line is undefined from such a start. */
function driftText(drift: number): string {
  const percent = drift * 100;
  if (percent === Infinity) return 'undefined';
  if (percent < NEGLIGIBLE) return percent === 0 ? '0 %' : `< ${NEGLIGIBLE.toFixed(8)} %`;
  if (percent >= 10) return `${percent.toFixed(0)} %`;
  // Two digits, without an exponent.
  return `${Number(percent.toPrecision(2))
    .toFixed(10)
    .replace(/\.?0+$/, '')} %`;
}

function rowsOf({ line, defined, settled, starts }: LineDrift, warmup: number): readonly Row[] {
  return starts.map(({ candles, drift, bars, time }) => ({
    line,
    candles,
    'worst drift': driftText(drift),
    at: isoTime(time),
    bars,
    start: [
      ...(candles === defined ? ['defined'] : []),
      ...(candles === settled ? ['settled'] : []),
      ...(candles === warmup ? ['warm-up'] : []),
    ].join(', '),
  }));
}

/**
 * Shows how much the values that a spec reads depend on the start of the series, by the number of candles since.
 * @throws AppError `warmup-drifts` when the warm-up is too short on these candles.
 */
export function checkWarmup(io: CliIo, spec: StrategySpec, series: Series, json: boolean): void {
  const measured = measureWarmupDrift(series, spec);
  const { warmup, limit, lines } = measured;
  const drifting = lines.filter((line) => !(driftAfterWarmup(measured, line).drift < limit));
  if (json) {
    const { symbol, timeframe, length } = series;
    io.json({ spec, series: { symbol, timeframe, bars: length }, ok: drifting.length === 0, ...measured });
  } else {
    io.table(
      lines.flatMap((line) => rowsOf(line, warmup)),
      'The spec reads no indicator and needs no warm-up.',
    );
  }
  const [first] = drifting;
  if (first) {
    const { drift, time } = driftAfterWarmup(measured, first);
    throw new AppError(
      'warmup-drifts',
      `${first.line} drifts by ${driftText(drift)} at ${isoTime(time)} after the warm-up of ${warmup} candles; the limit is ${driftText(limit)}`,
      { advice: 'Use another indicator period for these candles, or ignore the results of their first part' },
    );
  }
  if (!json) io.print(`\nWarm-up of ${warmup} candles: every line drifts by less than ${driftText(limit)}.`);
}

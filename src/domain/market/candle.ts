/**
 * One OHLCV bar. `time` is the open time in epoch milliseconds UTC, prices are in quote currency, volume in base units;
 * NaN when it is unknown.
 */
export interface Candle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Describes the first fault of a candle, or null. Import errors show the text beside file and line. */
export function candleFault(candle: Candle): string | null {
  const { time, open, high, low, close, volume } = candle;
  if (!Number.isSafeInteger(time) || time < 0) return 'time is not a date';
  for (const [name, value] of Object.entries({ open, high, low, close })) {
    if (!Number.isFinite(value)) return `${name} is not a number`;
    if (value <= 0) return `${name} is ${value}: a price must be above zero`;
  }
  // NaN: the source has no volume.
  if (volume === Infinity || volume === -Infinity) return 'volume is not a number';
  if (volume < 0) return `volume is ${volume}: it may not be negative`;
  if (low > high) return `low ${low} is above high ${high}`;
  if (open < low || open > high) return `open ${open} is outside low ${low} .. high ${high}`;
  if (close < low || close > high) return `close ${close} is outside low ${low} .. high ${high}`;
  return null;
}

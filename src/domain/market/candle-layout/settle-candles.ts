import { AppError } from '../../errors.ts';
import { type CandleColumns } from '../candle-columns.ts';
import { inferTimeframe, unusualAnchor, type TimeframeHints } from '../infer-timeframe.ts';
import { statedTimeframe } from '../stated-timeframe.ts';
import { timeframeMs, type Timeframe } from '../timeframe.ts';
import { chooseReading } from './choose-reading.ts';
import { type CandleFileHints, type Layout } from './layout.ts';
import { clockChangeIn } from './local-time.ts';
import { type ReadRows } from './row-reader.ts';
import { requireAllDigits } from './shortened-epoch.ts';
import { offsetOfZone, utcTimesOf, zonesChangingAt, type OffsetAt } from './zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const REPAIR = 'Repair or remove these rows';

/** Candles of a file in ascending order, with the line of each. */
export interface SettledCandles {
  readonly columns: CandleColumns;
  readonly lines: Uint32Array;
  readonly timeframe: Timeframe;
  readonly fractionDigits: number;
  readonly volume: 'base' | 'unknown';
  /** The market that a column of the file names. */
  readonly symbol: string | null;
  readonly assumed: readonly string[];
}

/**
 * Puts the rows of a file in order of time, in UTC.
 * @param place what line numbers count, for messages
 * @throws AppError `bad-candles` for rows that are wrong, out of order or there twice, for local time without a zone, and
 * for an unclear timeframe
 */
export function settleCandles(
  rows: ReadRows,
  layout: Layout,
  hints: CandleFileHints,
  told: Pick<TimeframeHints, 'named' | 'guessed' | 'stated'>,
  place: string,
): SettledCandles {
  if (rows.length === 0) {
    rows.faults.throwIfAny(place, REPAIR);
    throw new AppError('bad-candles', 'no row has prices', { advice: 'Export the candles again' });
  }
  if (rows.symbols.length > 1) {
    throw new AppError('bad-candles', `the file holds several markets (${rows.symbols.join(', ').slice(0, 60)})`, {
      advice: 'Split it into one file per market',
    });
  }
  const assumed = [...layout.assumed];
  const reading = chooseReading(rows.readings);
  const isReversed = directionOf(reading.times) < 0;
  const pick = <T extends Float64Array | Uint32Array>(column: T): T =>
    isReversed ? (column.slice().reverse() as T) : column;
  const lines = pick(rows.lines);
  const [open, high, low, close] = [pick(rows.open), pick(rows.high), pick(rows.low), pick(rows.close)];
  let volume = pick(rows.volume);
  let time = pick(reading.times);
  const isEqual = (a: number, b: number): boolean =>
    [open, high, low, close].every((column) => column[a] === column[b]);

  const isLocal = !reading.isUtc && hints.timezone === undefined && layout.namedZone === null;
  if (reading.isUtc) {
    if (hints.timezone !== undefined) assumed.push('times carry their zone: --timezone is not used');
  } else if (hints.timezone === undefined) {
    if (layout.namedZone !== null && layout.namedZone !== 'UTC') {
      throw new AppError('bad-candles', `the times are of the zone ${layout.namedZone}, as the file says`, {
        advice: `Give --timezone ${layout.namedZone}, or --timezone UTC if they are of UTC after all`,
      });
    }
    const change = isLocal ? clockChangeIn(time, isEqual) : null;
    if (change !== null) {
      throw localTime(change, time);
    }
    if (isLocal) assumed.push('times without a zone taken as UTC');
  } else {
    if (layout.namedZone !== null && layout.namedZone !== hints.timezone)
      assumed.push(`times taken as of ${hints.timezone}, although the file says ${layout.namedZone}`);
    const walls = time;
    time = toUtc(walls, lines, hints.timezone, rows);
    requireEqualDays(walls, time, hints.timezone);
  }
  if (reading.style.kind === 'epoch' && reading.style.shortened !== undefined)
    requireAllDigits(time, reading.style.shortened);
  checkOrder(time, lines, rows);
  rows.faults.throwIfAny(place, REPAIR);

  if (layout.timeIs === 'close') time = afterLastMoment(time);
  const stated =
    (layout.interval === null ? null : statedTimeframe(layout.header![layout.interval]!, rows.intervals)) ??
    told.stated;
  const timeframe = inferTimeframe(time, { ...told, stated: stated ?? null, wanted: hints.timeframe, isLocal });
  if (layout.timeIs === 'close') {
    const step = timeframeMs(timeframe);
    time = time.map((close_) => close_ - step);
  }
  const anchor = unusualAnchor(time, timeframe);
  if (anchor !== null) assumed.push(anchor);
  if (reading.style.kind !== 'epoch' && 'order' in reading.style && rows.readings.length > 1) {
    assumed.push(`dates taken as ${reading.style.order}`);
  }
  if (rows.gaps > 0)
    assumed.push(
      `${rows.gaps} ${rows.gaps === 1 ? 'row' : 'rows'} without prices taken as ${rows.gaps === 1 ? 'a gap' : 'gaps'}`,
    );
  const isUnknown = layout.volume === null || isNothing(volume, high, low);
  if (isUnknown && layout.volume !== null) {
    assumed.push('volume unknown (its column is 0 or empty throughout)');
    volume = new Float64Array(rows.length).fill(Number.NaN);
  } else if (!isUnknown) {
    rejectMissingVolumes(volume, lines, rows, place);
  }
  return {
    columns: { length: rows.length, time, open, high, low, close, volume },
    lines,
    timeframe,
    fractionDigits: rows.fractionDigits,
    volume: isUnknown ? 'unknown' : 'base',
    symbol: rows.symbols[0] ?? null,
    assumed,
  };
}

function localTime(change: number, walls: Float64Array): AppError {
  const zones = zonesChangingAt(change).slice(0, 3);
  const isSkipped = !walls.includes(change);
  const example = zones.length === 0 ? 'the zone of its clocks' : `--timezone ${zones.join(' or ')}`;
  return new AppError(
    'bad-candles',
    `local time, give --timezone: an hour ${isSkipped ? 'is missing' : 'repeats'} at ${textOf(change).slice(0, 16)}`,
    {
      advice: `Clocks change there: give ${example}${isSkipped ? ', or --timezone UTC if the candle is only missing' : ''}`,
    },
  );
}

function directionOf(times: Float64Array): number {
  let direction = 0;
  for (let i = 1; i < times.length; i += 1) direction += Math.sign(times[i]! - times[i - 1]!);
  return direction;
}

/**
 * Local times of a zone as UTC. In an hour that repeats, the earlier time comes first, unless only the later one is a
 * whole number of steps after the candle before it: candles of four hours have one of the two.
 */
function toUtc(walls: Float64Array, lines: Uint32Array, zone: string, { faults }: ReadRows): Float64Array {
  const offsetAt = offsetOfZone(zone);
  const step = commonStep(walls);
  const laterUntil = laterRun(walls, step, offsetAt);
  let previous = -Infinity;
  return walls.map((wall, i) => {
    const times = utcTimesOf(wall, offsetAt);
    if (times.length === 0) {
      faults.add(lines[i]!, `${textOf(wall)} does not exist in ${zone}: clocks skip it`);
      return wall - offsetAt(wall);
    }
    const later = times.filter((utc) => utc > previous);
    const regular = i === 0 ? undefined : later.find((utc) => (utc - previous) % step === 0);
    previous = i < laterUntil ? times.at(-1)! : (regular ?? later[0] ?? times.at(-1)!);
    return previous;
  });
}

/** Number of candles at the begin of a file that are in the second of two equal hours, which the candle behind tells. */
function laterRun(walls: Float64Array, step: number, offsetAt: OffsetAt): number {
  let end = 0;
  while (end < walls.length && utcTimesOf(walls[end]!, offsetAt).length === 2) {
    if (end > 0 && walls[end]! <= walls[end - 1]!) return 0;
    end += 1;
  }
  if (end === 0 || end === walls.length) return 0;
  const [next] = utcTimesOf(walls[end]!, offsetAt);
  const distances = utcTimesOf(walls[end - 1]!, offsetAt).map((utc) => (next ?? 0) - utc);
  const [fromEarlier, fromLater] = distances as [number, number];
  if (fromLater === step) return end;
  return fromEarlier % step !== 0 && fromLater % step === 0 ? end : 0;
}

/** Local days have 23 or 25 hours where clocks change, which no series of candles can hold. */
function requireEqualDays(walls: Float64Array, times: Float64Array, zone: string): void {
  const isDays = walls.length > 1 && walls.every((wall) => wall % DAY_MS === 0);
  if (!isDays || times.every((time) => (time - times[0]!) % DAY_MS === 0)) return;
  throw new AppError('bad-candles', `days of ${zone} are of unequal length where clocks change`, {
    advice: 'Omit --timezone: the days are then those of UTC',
  });
}

function commonStep(walls: Float64Array): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < walls.length; i += 1) {
    const step = walls[i]! - walls[i - 1]!;
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [MINUTE_MS, 0])[0];
}

function checkOrder(time: Float64Array, lines: Uint32Array, { faults }: ReadRows): void {
  for (let i = 1; i < time.length; i += 1) {
    if (time[i]! > time[i - 1]!) continue;
    const [at, before] = [new Date(time[i]!).toISOString(), new Date(time[i - 1]!).toISOString()];
    // Of two rows the lower one in the file is named, whatever the order of the file.
    const line = Math.max(lines[i]!, lines[i - 1]!);
    faults.add(line, at === before ? `duplicate time ${at}` : `time ${at} is out of order, next to ${before}`);
  }
}

/** Some name the last moment of a bar (10:59:59 or .999): the close is the moment after it. */
function afterLastMoment(times: Float64Array): Float64Array {
  const isLast = times.every((time) => time % MINUTE_MS === MINUTE_MS - 1 || time % MINUTE_MS === MINUTE_MS - 1000);
  return isLast ? times.map((time) => Math.ceil(time / MINUTE_MS) * MINUTE_MS) : times;
}

/** Whether a volume column says nothing: empty, or 0 in a market that moved. */
function isNothing(volume: Float64Array, high: Float64Array, low: Float64Array): boolean {
  if (volume.every((value) => Number.isNaN(value))) return true;
  return volume.every((value) => value === 0 || Number.isNaN(value)) && high.some((value, i) => value > low[i]!);
}

function rejectMissingVolumes(volume: Float64Array, lines: Uint32Array, { faults }: ReadRows, place: string): void {
  volume.forEach((value, i) => {
    if (Number.isNaN(value)) faults.add(lines[i]!, 'volume is missing');
  });
  faults.throwIfAny(place, `${REPAIR}, or leave the volume out with --columns and - in its place`);
}

const textOf = (wall: number): string => new Date(wall).toISOString().slice(0, 19).replace('T', ' ');

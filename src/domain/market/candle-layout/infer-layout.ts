import { AppError } from '../../errors.ts';
import { plainName, PRICES, roleOfName, type Price } from './column-names.ts';
import { type ColumnHint, type CandleFileHints, type FileRow, type Layout } from './layout.ts';
import { layoutDoubt, noTable } from './layout-doubt.ts';
import { isMissing, NUMBER_STYLES, plainNumber, stylesOf, type NumberStyle } from './number-style.ts';
import { pricesByPosition, type PriceColumns } from './price-columns.ts';
import { quoteText } from './quote-text.ts';
import { zoneOfName } from './zone-name.ts';
import { timeByName, timeByPosition, type TimeChoice } from './time-column.ts';
import { readTime } from './time-style.ts';
import { contractsNote, readVolume, volumeByName, withoutSuffix } from './volume-column.ts';

/** Lines above the candles that a file may have, header included. */
const MAX_PREAMBLE = 40;
/** Prices a row must name to be a header: two, so that one that is missing is reported. */
const HEADER_PRICES = 2;
const MAX_SUBHEADERS = 4;

export interface SampleFacts {
  /** The market when it is known, for the names of volume columns. */
  readonly symbol: string | undefined;
  /** A comma cannot be a decimal sign in unquoted cells. */
  readonly separator: string | null;
}

/**
 * Finds out from sample rows of a file where its candles begin and what its columns are.
 * @throws AppError `bad-candles` when there are no candles, no reading, or more than one.
 */
export function inferLayout(rows: readonly FileRow[], hints: CandleFileHints, facts: SampleFacts): Layout {
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (filled.length === 0)
    throw new AppError('bad-candles', 'the file is empty', { advice: 'Export the candles again' });
  if (hints.columns !== undefined) return layoutByHint(filled, hints, hints.columns, facts);
  const headerAt = filled.slice(0, MAX_PREAMBLE).findIndex(({ cells }) => isHeader(cells));
  if (headerAt === -1) return layoutByPosition(filled, hints, facts);
  const layout = layoutByName(filled[headerAt]!, filled.slice(headerAt + 1), hints, facts);
  return { ...layout, namedZone: layout.namedZone ?? zoneAbove(filled.slice(0, headerAt)) };
}

const ABOUT_ZONE = /time ?zone|times? .*\b(?:in|are)\b/i;

/** The zone that a line such as `Time zone: America/New_York` or `All times in UTC` above the header names. */
const zoneAbove = (rows: readonly FileRow[]): string | null =>
  rows
    .map(({ cells }) => cells.join(' '))
    .filter((text) => ABOUT_ZONE.test(text))
    .map(zoneOfName)
    .find((zone) => zone !== null) ?? null;

function isHeader(cells: readonly string[]): boolean {
  const prices = new Set(cells.map(roleOfName).filter((role) => (PRICES as readonly string[]).includes(role)));
  return prices.size >= HEADER_PRICES;
}

function layoutByName(
  { line, cells: names }: FileRow,
  below: readonly FileRow[],
  hints: CandleFileHints,
  facts: SampleFacts,
): Layout {
  const header = names.at(-1) === '' && names.length > 5 ? names.slice(0, -1) : names;
  const roles = header.map(roleOfName);
  const at = (price: Price): number => {
    const found = roles.flatMap((role, i) => (role === price ? [i] : []));
    const exact = found.filter((i) => plainName(header[i]!) === price);
    if (exact.length === 1) return exact[0]!;
    if (found.length > 1) throw layoutDoubt(`${lineOf(line)}the header has ${found.length} columns of ${price}`);
    if (found.length === 1) return found[0]!;
    const substitute = price === 'close' ? header.findIndex((name) => /^price$/i.test(name)) : -1;
    if (substitute !== -1) return substitute;
    throw layoutDoubt(`${lineOf(line)}the header has no column ${price} (${quoteText(header.join(', '))})`);
  };
  const prices: PriceColumns = { open: at('open'), high: at('high'), low: at('low'), close: at('close') };
  const columns = PRICES.map((price) => prices[price]);
  const first = below
    .slice(0, MAX_SUBHEADERS)
    .findIndex(({ cells }) => columns.some((column) => isNumber(cells[column] ?? '')));
  const unread = below.find(({ cells }) => columns.some((column) => !isMissing(cells[column] ?? '')));
  if (unread === undefined) {
    throw new AppError('bad-candles', `${lineOf(line)}there is a header but no candle below it`, {
      advice: 'Export the candles again',
    });
  }
  if (first === -1) {
    throw new AppError(
      'bad-candles',
      `${lineOf(unread.line)}the prices are not plain numbers (${quoteText(columns.map((i) => unread.cells[i] ?? '').join(', '))})`,
      { advice: 'Write them like 40000.5, or name the columns with --columns if others are meant' },
    );
  }
  const width = widthOf(below.slice(first));
  if (width !== header.length) {
    const isUneven = below.slice(first).some(({ cells }) => cells.slice(header.length).some((cell) => cell !== ''));
    if (isUneven || width < header.length) {
      throw layoutDoubt(`${lineOf(line)}the header has ${header.length} names, the rows below have ${width} values`);
    }
  }
  const body = below
    .slice(first)
    .filter(({ cells }) => cells.length >= header.length && !cells.every((cell, i) => cell === names[i]))
    .map(({ cells }) => cells);
  const time = timeByName(header, body, hints.dateOrder);
  const volumes = header.flatMap((name, i) => (/vol/i.test(name) || roles[i]!.endsWith('volume') ? [i] : []));
  const numbers = numberStyle(body, [...columns, ...volumes], hints, facts);
  const volume = volumeByName(
    header,
    facts.symbol,
    (a, b, size) => isPair(body, prices, numbers, a, b, size),
    (a, b) => body.some((cells) => [a, b].every((at) => (readVolume(cells[at] ?? '', numbers) ?? 0) > 0)),
  );
  const [symbol, interval] = [roles.indexOf('symbol'), roles.indexOf('interval')];
  return {
    firstLine: below[first]!.line,
    width: header.length,
    header: names,
    times: time.styles,
    ...prices,
    volume: volume.at,
    volumeUnit: volume.unit,
    numbers,
    timeIs: momentOf(time, hints),
    namedZone: namedZoneOf(header, time, below.slice(0, first), body),
    interval: interval === -1 ? null : interval,
    symbol: symbol === -1 || time.columns.includes(symbol) ? null : symbol,
    assumed: [...volume.assumed, ...(hints.timeIs === undefined ? time.assumed : [])],
  };
}

function layoutByPosition(rows: readonly FileRow[], hints: CandleFileHints, facts: SampleFacts): Layout {
  const width = widthOf(rows);
  const first = rows.findIndex(({ cells }) => cells.length === width && cells.filter(isNumber).length >= PRICES.length);
  if (first === -1 || first > MAX_PREAMBLE) throw noTable(noCandles(rows));
  const body = rows
    .slice(first)
    .filter(({ cells }) => cells.length === width)
    .map(({ cells }) => cells);
  const time = timeByPosition(body, width, hints.dateOrder);
  if (time === null) throw noTable(noCandles(rows.slice(first)));
  const behind = Math.max(...time.columns) + 1;
  const numeric = Array.from({ length: width - behind }, (_, i) => behind + i).filter((at) => isNumeric(body, at));
  const numbers = numberStyle(body, numeric.slice(0, PRICES.length + 1), hints, facts);
  const isNewestFirst = directionOf(body, time) < 0;
  const { prices, volume, volumeUnit, order } = pricesByPosition(
    body,
    numeric,
    numbers,
    isNewestFirst,
    (p, a, b, size) => isPair(body, p, numbers, a, b, size),
  );
  return {
    firstLine: rows[first]!.line,
    width,
    header: null,
    times: time.styles,
    ...prices,
    volume,
    volumeUnit,
    numbers,
    timeIs: momentOf(time, hints),
    namedZone: null,
    symbol: null,
    interval: null,
    assumed: [
      `no header: columns taken as ${order}`,
      ...(volume === null ? ['volume unknown (no column of it)'] : []),
      ...(volumeUnit === 1 ? [] : [contractsNote(volumeUnit)]),
    ],
  };
}

function layoutByHint(
  rows: readonly FileRow[],
  hints: CandleFileHints,
  columns: readonly ColumnHint[],
  facts: SampleFacts,
): Layout {
  const at = (name: ColumnHint): number => columns.indexOf(name);
  const prices: PriceColumns = { open: at('open'), high: at('high'), low: at('low'), close: at('close') };
  const positions = PRICES.map((price) => prices[price]);
  const first = rows.findIndex(({ cells }) => positions.every((position) => isNumber(cells[position] ?? '')));
  if (first === -1 || first > MAX_PREAMBLE) {
    throw noTable(
      `no row has numbers in the columns ${PRICES.join(', ')} of --columns; the first row is ${quoteText(rows[0]!.cells.join(', '))}`,
    );
  }
  const width = widthOf(rows.slice(first));
  if (width !== columns.length) {
    throw noTable(`--columns names ${columns.length} columns, the rows have ${width} values`);
  }
  const body = rows
    .slice(first)
    .filter(({ cells }) => cells.length === width)
    .map(({ cells }) => cells);
  const names = columns.map((name) =>
    name === 'time' && columns.includes('date') ? 'clock' : name === '-' ? '(skipped)' : name,
  );
  const time = timeByName(names, body, hints.dateOrder);
  const volume = at('volume');
  return {
    firstLine: rows[first]!.line,
    width,
    header: null,
    times: time.styles,
    ...prices,
    volume: volume === -1 ? null : volume,
    volumeUnit: 1,
    numbers: numberStyle(body, volume === -1 ? positions : [...positions, volume], hints, facts),
    timeIs: momentOf(time, hints),
    namedZone: null,
    symbol: null,
    interval: null,
    assumed: volume === -1 ? ['volume unknown (--columns names none)'] : [],
  };
}

const ZONE_COLUMN = /^(?:tz|zone|timezone|exchangetimezone)$/;

/** The zone that the names of the time columns tell, a line of units below them, or a column of zones. */
function namedZoneOf(
  header: readonly string[],
  { columns }: TimeChoice,
  units: readonly FileRow[],
  body: readonly (readonly string[])[],
): string | null {
  const texts = [header, ...units.map(({ cells }) => cells)].flatMap((cells) => columns.map((at) => cells[at] ?? ''));
  const zoneAt = header.findIndex((name) => ZONE_COLUMN.test(plainName(name)));
  return [...texts, body[0]?.[zoneAt] ?? ''].map(zoneOfName).find((zone) => zone !== null) ?? null;
}

/** @throws AppError when hours run to 24, which leaves open whether hour 1 begins or ends at 01:00 */
function momentOf({ isClose, hasHour24 }: TimeChoice, { timeIs }: CandleFileHints): 'open' | 'close' {
  if (timeIs !== undefined) return timeIs;
  if (hasHour24 && !isClose) {
    throw layoutDoubt(
      'hours are numbered up to 24, so a time may be that of the open or of the close',
      'Give --time-is close if hour 24 ends at midnight, or --time-is open if it begins then',
    );
  }
  return isClose ? 'close' : 'open';
}

/** The header of a JSON list has no line. */
const lineOf = (line: number): string => (line === 0 ? '' : `line ${line}: `);

const noCandles = (rows: readonly FileRow[]): string =>
  `no rows of a time and four prices are found; line ${rows[0]!.line} is ${quoteText(rows[0]!.cells.join(', '))}`;

/** Cells that most rows have. */
function widthOf(rows: readonly FileRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

const isNumber = (cell: string): boolean => NUMBER_STYLES.some((style) => plainNumber(cell, style) !== null);

function isNumeric(body: readonly (readonly string[])[], at: number): boolean {
  const cells = body.map((row) => row[at] ?? '').filter((cell) => !isMissing(cell));
  return cells.length > 0 && cells.filter(isNumber).length >= cells.length * 0.9;
}

const POINT_OR_COMMA = 'Give --decimal point or --decimal comma';

/** @throws AppError when 40,123 may be forty thousand or forty */
function numberStyle(
  body: readonly (readonly string[])[],
  columns: readonly number[],
  hints: CandleFileHints,
  { separator }: SampleFacts,
): NumberStyle {
  const cells = body.flatMap((row) => columns.map((at) => withoutSuffix(row[at] ?? ''))).filter(isNumber);
  const wanted = hints.decimal && (hints.decimal === 'point' ? '.' : ',');
  const fits = ({ decimal }: NumberStyle): boolean => wanted === undefined || decimal === wanted;
  const all = stylesOf(cells).filter(fits);
  const [only, second] = all;
  if (only === undefined) return mostReading(cells, NUMBER_STYLES.filter(fits));
  // Between commas or tabs, programs write a decimal point; a semicolon is what one with decimal commas writes.
  if (second === undefined || (only.decimal === '.' && only.group === '' && separator !== ';')) return only;
  const example = cells.find((cell) => /[.,]/.test(cell)) ?? '';
  throw layoutDoubt(`${quoteText(example)} may be a number with a decimal sign or with thousands`, POINT_OR_COMMA);
}

/** The style that reads most cells: the others are reported with their lines. */
function mostReading(cells: readonly string[], styles: readonly NumberStyle[]): NumberStyle {
  const read = (style: NumberStyle): number => cells.filter((cell) => plainNumber(cell, style) !== null).length;
  return styles.reduce((best, style) => (read(style) > read(best) ? style : best));
}

/** Negative when the newest candle comes first. */
function directionOf(body: readonly (readonly string[])[], { styles }: TimeChoice): number {
  let direction = 0;
  let previous: number | null = null;
  for (const cells of body) {
    const time = readTimeOf(cells, styles);
    if (time !== null && previous !== null) direction += Math.sign(time - previous);
    if (time !== null) previous = time;
  }
  return direction;
}

function readTimeOf(cells: readonly string[], styles: TimeChoice['styles']): number | null {
  for (const style of styles) {
    const time = readTime(cells, style);
    if (time !== null) return time.ms;
  }
  return null;
}

/** Volumes of a pair of columns differ by the price: `b` / `a` lies within the bar. */
function isPair(
  body: readonly (readonly string[])[],
  prices: PriceColumns,
  numbers: NumberStyle,
  a: number,
  b: number,
  size = 1,
): boolean {
  const value = (cells: readonly string[], at: number): number =>
    Number(plainNumber(cells[at] ?? '', numbers) ?? Number.NaN);
  let judged = 0;
  let within = 0;
  for (const cells of body) {
    const [base, quote] = [readVolume(cells[a] ?? '', numbers), readVolume(cells[b] ?? '', numbers)];
    if (base === null || quote === null || !(base > 0)) continue;
    judged += 1;
    const price = quote / (base * size);
    // A quote volume is printed with few digits, so a bar with little volume may miss by a little.
    if (price >= value(cells, prices.low) * 0.995 && price <= value(cells, prices.high) * 1.005) within += 1;
  }
  return judged > 0 && within >= judged * 0.95;
}

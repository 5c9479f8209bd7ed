import { AppError } from '../../errors.ts';
import { roleOfName } from './column-names.ts';
import { statedTimeframe, type StatedTimeframe } from '../stated-timeframe.ts';
import { zoneOfName } from './zone-name.ts';
import { type FileRow } from './layout.ts';
import { layoutDoubt } from './layout-doubt.ts';

/** Depth at which APIs put their candles: Yahoo's chart.result[0].indicators.quote[0]. */
const MAX_DEPTH = 7;
const MIN_COLUMNS = 5;

export interface JsonTable {
  /** The first row is a header when the candles are objects. Rows count from 1 without it. */
  readonly rows: readonly FileRow[];
  /** A market that stands beside the candles. */
  readonly symbol: string | null;
  /** A zone that stands beside the candles. */
  readonly zone: string | null;
  /** A length of the candles that stands beside them. */
  readonly interval: StatedTimeframe | null;
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The table of candles in a JSON document: a list of lists or of objects, or an object of columns, at any place.
 * @throws AppError `bad-candles` when there is none, or more than one
 */
export function jsonTable(document: unknown): JsonTable {
  const found: Found = { tables: [], symbols: [], zones: [], intervals: [] };
  search(document, 0, found);
  const { tables, symbols, zones, intervals } = found;
  const [rows, ...others] = tables;
  if (rows === undefined) {
    throw new AppError('bad-candles', 'holds no list of candles', {
      advice: 'Save a list such as [[time, open, high, low, close, volume], ...] or [{"time": ..., "open": ...}, ...]',
    });
  }
  if (others.length > 0) {
    throw new AppError('bad-candles', `holds ${tables.length} lists of candles`, { advice: 'Save one list per file' });
  }
  return {
    rows,
    symbol: symbols.length === 1 ? symbols[0]! : null,
    zone: zones.find((zone) => zone !== 'UTC') ?? zones[0] ?? null,
    interval: intervals.length === 1 ? intervals[0]! : null,
  };
}

interface Found {
  readonly tables: FileRow[][];
  readonly symbols: string[];
  readonly zones: string[];
  readonly intervals: StatedTimeframe[];
}

function search(value: unknown, depth: number, found: Found): void {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const table = ofList(value);
    if (table !== null) found.tables.push(table);
    else for (const member of value.slice(0, 100)) search(member, depth + 1, found);
    return;
  }
  const object = value as JsonObject;
  noteSymbol(object, found.symbols);
  noteZone(object, found.zones);
  noteInterval(object, found.intervals);
  const table = ofSplit(object) ?? ofColumns(object) ?? ofKeyed(object);
  if (table !== null) {
    found.tables.push(table);
    noteSymbol(object['meta'], found.symbols);
    noteInterval(object['meta'], found.intervals);
  } else for (const member of Object.values(object)) search(member, depth + 1, found);
}

function noteSymbol(value: unknown, symbols: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const isMarket = typeof member === 'string' && /^[A-Za-z0-9/:_-]{5,25}$/.test(member);
    if (isMarket && roleOfName(key) === 'symbol') symbols.push(member);
  }
}

function noteInterval(value: unknown, intervals: StatedTimeframe[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const isText = typeof member === 'string' || typeof member === 'number';
    const stated = isText && roleOfName(key) === 'interval' ? statedTimeframe(key, [String(member)]) : null;
    if (stated !== null) intervals.push(stated);
  }
}

const ZONE_KEY = /time.?zone/i;

function noteZone(object: JsonObject, zones: string[]): void {
  for (const [key, member] of Object.entries(object)) {
    const zone = ZONE_KEY.test(key) && typeof member === 'string' ? zoneOfName(member) : null;
    if (zone !== null) zones.push(zone);
  }
}

/** A list of lists, or of objects with at least three prices. */
function ofList(list: readonly unknown[]): FileRow[] | null {
  if (list.length === 0) return null;
  const [first] = list;
  if (Array.isArray(first)) {
    if (first.length < MIN_COLUMNS || first.some((cell) => typeof cell === 'object' && cell !== null)) return null;
    return list.map((member, i) => ({
      line: i + 1,
      cells: Array.isArray(member) ? member.map(cellOf) : [cellOf(member)],
    }));
  }
  if (typeof first !== 'object' || first === null) return null;
  const keys = keysOf(list);
  if (countPrices(keys) < 3) return null;
  return [
    { line: 0, cells: keys },
    ...list.map((member, i) => ({ line: i + 1, cells: keys.map((key) => cellOf(fieldOf(member, key))) })),
  ];
}

/** Fields of the first rows, in their order: a field may be absent from the very first. */
function keysOf(list: readonly unknown[]): readonly string[] {
  const keys = new Set<string>();
  for (const member of list.slice(0, 100)) {
    if (typeof member === 'object' && member !== null) for (const key of Object.keys(member)) keys.add(key);
  }
  return [...keys];
}

/** `{"columns": [...], "data": [[...]]}`, with an `index` of times or without: pandas, QuestDB, InfluxDB. */
function ofSplit(object: JsonObject): FileRow[] | null {
  const { columns, index } = object;
  const data = object['data'] ?? object['values'] ?? object['dataset'] ?? object['rows'];
  if (!Array.isArray(columns) || !Array.isArray(data) || !Array.isArray(data[0])) return null;
  const names = columns.map((column) =>
    typeof column === 'object' ? cellOf(fieldOf(column, 'name')) : cellOf(column),
  );
  if (countPrices(names) < 3) return null;
  const times =
    Array.isArray(index) && index.length === data.length && !names.some((name) => /time|date/i.test(name))
      ? index
      : null;
  return [
    { line: 0, cells: times ? ['time', ...names] : names },
    ...data.map((row: unknown, i) => {
      const cells = Array.isArray(row) ? row.map(cellOf) : [cellOf(row)];
      return { line: i + 1, cells: times ? [cellOf(times[i]), ...cells] : cells };
    }),
  ];
}

/** Objects by their times: `{"2024-01-01": {"1. open": "..."}}` (Alpha Vantage). */
function ofKeyed(object: JsonObject): FileRow[] | null {
  const entries = Object.entries(object);
  const isKeyed = entries.length > 0 && entries.every(([key, value]) => /^\d{4}/.test(key) && isObject(value));
  if (!isKeyed) return null;
  return ofList(entries.map(([time, value]) => ({ time, ...(value as JsonObject) })));
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Columns of equal length: `{"t": [...], "o": [...]}`, pandas' `{"open": {"0": ...}}`, Yahoo's quotes beside timestamps. */
function ofColumns(object: JsonObject): FileRow[] | null {
  const columns = new Map<string, readonly unknown[]>();
  for (const [name, value] of Object.entries(object)) {
    const list = Array.isArray(value)
      ? value
      : typeof value === 'object' && value !== null
        ? listOfIndexed(value as JsonObject)
        : null;
    if (list !== null && list.length > 0 && !list.some((cell) => typeof cell === 'object' && cell !== null))
      columns.set(name, list);
  }
  const quotes = nestedQuotes(object);
  if (quotes !== null)
    for (const [name, list] of Object.entries(quotes)) if (Array.isArray(list)) columns.set(name, list);
  const names = [...columns.keys()];
  if (countPrices(names) < 3) return null;
  const length = [...columns.values()].reduce((longest, list) => Math.max(longest, list.length), 0);
  const indexed = names.some((name) => roleOfName(name).includes('time') || roleOfName(name) === 'date')
    ? null
    : indexOf(object, names);
  return [
    { line: 0, cells: indexed ? ['time', ...names] : names },
    ...Array.from({ length }, (_, i) => {
      const cells = names.map((name) => cellOf(columns.get(name)![i]));
      return { line: i + 1, cells: indexed ? [cellOf(indexed[i]), ...cells] : cells };
    }),
  ];
}

/** Values of `{"0": 1, "1": 2}`, or of an object whose keys are times. */
function listOfIndexed(value: JsonObject): readonly unknown[] | null {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^\d/.test(key)) ? Object.values(value) : null;
}

/** Keys of pandas' columns, when they are times instead of 0, 1, 2. */
function indexOf(object: JsonObject, names: readonly string[]): readonly string[] | null {
  const first = object[names[0]!];
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return null;
  const keys = Object.keys(first);
  return keys[0] === '0' ? null : keys;
}

function nestedQuotes(object: JsonObject): JsonObject | null {
  const quote = fieldOf(object['indicators'], 'quote');
  const first: unknown = Array.isArray(quote) ? quote[0] : null;
  return typeof first === 'object' && first !== null ? (first as JsonObject) : null;
}

const countPrices = (names: readonly string[]): number =>
  new Set(names.map(roleOfName).filter((role) => ['open', 'high', 'low', 'close'].includes(role))).size;

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as JsonObject)[key]
    : undefined;
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  // MongoDB's {"$date": ...}, {"$numberLong": "..."} and the like hold one value.
  if (typeof value === 'object' && value !== null) {
    const [only, ...others] = Object.values(value as JsonObject);
    if (others.length === 0) return cellOf(only);
  }
  return '';
}

/** Lines that are one JSON value each, as a list. */
export function jsonLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (cause) {
        throw layoutDoubt(
          `line ${i + 1} is not JSON`,
          `Repair it: ${cause instanceof Error ? cause.message.slice(0, 60) : ''}`,
        );
      }
    });
}

import { Binary, ObjectId } from 'bson';
import { refuse } from './store-error.ts';

export type BsonDocument = Record<string, unknown>;

/** MongoDB's order between types. Anything not listed (Decimal128, unsafe Long, Timestamp, code) is refused, not guessed. */
const TYPE_ORDER = [
  'null',
  'number',
  'string',
  'object',
  'array',
  'binData',
  'objectId',
  'bool',
  'date',
  'regex',
] as const;
export type BsonType = (typeof TYPE_ORDER)[number];

export function isDocument(value: unknown): value is BsonDocument {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function bsonType(value: unknown): BsonType {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Binary) return 'binData';
  if (value instanceof RegExp) return 'regex';
  if (isDocument(value)) return 'object';
  return refuse('BadValue', `the embedded store cannot hold a value of type ${value.constructor.name}`);
}

/** Total order of BSON values: type first, then value; strings by code point, documents field by field in their order. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  const type = bsonType(a);
  const other = bsonType(b);
  if (type !== other) return TYPE_ORDER.indexOf(type) - TYPE_ORDER.indexOf(other);
  switch (type) {
    case 'null':
      return 0;
    case 'number':
      return compareNumbers(a as number, b as number);
    case 'bool':
    case 'date':
      return compareNumbers(Number(a), Number(b));
    case 'string':
      return compareStrings(a as string, b as string);
    case 'objectId':
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case 'binData':
      return compareBinary(a as Binary, b as Binary);
    case 'regex':
      return compareStrings(String(a), String(b));
    case 'array':
      return compareLists(a as unknown[], b as unknown[], compareValues);
    case 'object':
      return compareLists(Object.entries(a as object), Object.entries(b as object), compareFields);
  }
}

/** Text that two values share exactly when they compare as equal: the key of index and grouping maps. */
export function keyOf(value: unknown): string {
  const type = bsonType(value);
  switch (type) {
    case 'null':
      return '~';
    case 'number':
      return `n${(value as number) + 0}`;
    case 'string':
      return JSON.stringify(value);
    case 'bool':
      return value === true ? 't' : 'f';
    case 'date':
      return `d${(value as Date).getTime()}`;
    case 'objectId':
      return `o${(value as ObjectId).toHexString()}`;
    case 'binData':
      return `b${(value as Binary).sub_type}:${(value as Binary).toString('base64')}`;
    case 'regex':
      return `r${JSON.stringify(String(value))}`;
    case 'array':
      return `[${(value as unknown[]).map(keyOf).join()}]`;
    case 'object':
      return `{${Object.entries(value as object)
        .map(([field, item]) => `${JSON.stringify(field)}:${keyOf(item)}`)
        .join()}}`;
  }
}

/** Refuses what could not be read back, compared or addressed as it was written. */
export function assertStorable(value: unknown): void {
  const type = bsonType(value);
  if (type === 'regex') refuse('BadValue', 'the embedded store does not keep regular expressions');
  if (type === 'array') (value as unknown[]).forEach(assertStorable);
  if (type !== 'object') return;
  for (const [field, item] of Object.entries(value as object)) {
    if (field.startsWith('$') || field === '__proto__') {
      refuse('DollarPrefixedFieldName', `the field name '${field}' is not allowed in a stored document`);
    }
    assertStorable(item);
  }
}

/** NaN is the lowest number and equals itself. */
function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a < b ? -1 : 1;
}

/** UTF-8 byte order. JavaScript compares UTF-16 units, which puts surrogate pairs before U+E000..U+FFFF. */
function compareStrings(a: string, b: string): number {
  const size = Math.min(a.length, b.length);
  for (let i = 0; i < size; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

function compareBinary(a: Binary, b: Binary): number {
  return a.position - b.position || a.sub_type - b.sub_type || Buffer.compare(a.value(), b.value());
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
  for (const [i, x] of a.entries()) {
    if (i >= b.length) return 1;
    const order = compare(x, b[i] as T);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareFields([fieldA, a]: [string, unknown], [fieldB, b]: [string, unknown]): number {
  const types = TYPE_ORDER.indexOf(bsonType(a)) - TYPE_ORDER.indexOf(bsonType(b));
  return types || compareStrings(fieldA, fieldB) || compareValues(a, b);
}

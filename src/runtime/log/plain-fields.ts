import { type LogFields } from '../../ports/logger.ts';
import { redact } from './redact.ts';

/** Nested fields, items of a list and characters of a text beyond these are left out: a line must not fill a disk. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 200;
const MAX_TEXT = 8_000;

const SECRET_KEY = /(?:password|passphrase|secret|token|authorization|cookie)$/i;

/** A message or a text field without secrets. */
export function plainText(text: string): string {
  if (text.length <= MAX_TEXT) return redact(text);
  // The end of a URL that was cut is gone, and with it the sign of its credentials.
  const start = text.slice(0, MAX_TEXT).replace(/[a-z][a-z0-9+.-]{0,30}:\/\/\S*$/i, '***');
  return `${redact(start)}... (${text.length} characters)`;
}

/**
 * Fields as plain data without secrets. They are redacted while they are values: in a finished JSON text a replacement
 * could remove a quote and make the line unreadable. Never throws, whatever a getter does.
 */
export function plainFields(fields: LogFields): Record<string, unknown> {
  const plain = readable(() => plainObject(fields, 0, []));
  return typeof plain === 'object' ? (plain as Record<string, unknown>) : { fields: plain };
}

function plainValue(value: unknown, depth: number, parents: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
      return plainText(value);
    case 'bigint':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : readable(() => plainObject(value, depth, parents));
    default:
      return value;
  }
}

function plainObject(value: object, depth: number, parents: readonly object[]): unknown {
  if (parents.includes(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[nested too deeply]';
  const inside = [...parents, value];
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => plainValue(item, depth + 1, inside));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  // The message of an error is not enumerable.
  const keys = [...(value instanceof Error ? ['message'] : []), ...Object.keys(value)].slice(0, MAX_ITEMS);
  return Object.fromEntries(keys.map((key) => [plainText(key), plainProperty(value, key, depth + 1, inside)]));
}

function plainProperty(of: object, key: string, depth: number, parents: readonly object[]): unknown {
  return readable(() => {
    const value: unknown = Reflect.get(of, key);
    return SECRET_KEY.test(key) && typeof value === 'string' ? '***' : plainValue(value, depth, parents);
  });
}

function readable<T>(read: () => T): T | string {
  try {
    return read();
  } catch {
    return '[unreadable]';
  }
}

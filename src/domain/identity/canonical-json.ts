import { AppError } from '../errors.ts';

/** Quotes, back slashes, control characters and halves of surrogate pairs; whole pairs too, which is no fault. */
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * Canonical JSON for hashes and signatures: no white space, keys sorted by UTF-16 code unit, numbers in their shortest
 * form, -0 as 0, `undefined` properties left out (the idea of RFC 8785).
 * @throws AppError `internal` for values that JSON would silently change (NaN, infinities, functions, symbols, bigints,
 * class instances, holes in arrays); the message gives the path.
 */
export function canonicalJson(value: unknown): string {
  const text = write(value);
  if (text === null) throw new AppError('internal', faultIn(value, '$'));
  return text;
}

/** Null when the value has no canonical form. The path of the fault is computed only for the error message. */
function write(value: unknown): string | null {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    return Object.is(value, -0) ? '0' : String(value);
  }
  if (Array.isArray(value)) {
    let items = '';
    for (let i = 0; i < value.length; i += 1) {
      const item = write(value[i]);
      if (item === null) return null;
      items += i === 0 ? item : `,${item}`;
    }
    return `[${items}]`;
  }
  if (!isPlainObject(value)) return null;
  let members = '';
  for (const key of sortedKeys(value)) {
    const child = value[key];
    if (child === undefined) continue;
    const member = write(child);
    if (member === null) return null;
    members += `${members === '' ? '' : ','}${quoted(key)}:${member}`;
  }
  return `{${members}}`;
}

/** As JSON.stringify, which takes several times as long for a short text that needs no escape. */
const quoted = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);

/** What was stored in canonical form comes back with its keys in order. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i += 1) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
}

/** Describes the first fault of a value without a canonical form, in writing order. */
function faultIn(value: unknown, path: string): string {
  if (typeof value === 'number') return `${path} is ${value}: it has no canonical form`;
  if (Array.isArray(value)) {
    const i = Array.from(value as unknown[]).findIndex((item) => write(item) === null);
    return faultIn(value[i], `${path}[${i}]`);
  }
  if (isPlainObject(value)) {
    const keys = Object.keys(value).sort();
    const key = keys.find((name) => value[name] !== undefined && write(value[name]) === null)!;
    return faultIn(value[key], `${path}.${key}`);
  }
  return `${path} is a ${typeof value === 'object' && value !== null ? value.constructor.name : typeof value}: not plain data`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The one spelling of a value that hashes and signatures are taken over: JSON without white space, keys sorted by
 * UTF-16 code unit, numbers in their shortest form, -0 as 0, properties that are `undefined` left out (the idea of
 * RFC 8785).
 * @throws TypeError at what JSON would silently change (NaN, infinities, functions, symbols, bigints, class
 *   instances, holes in arrays), naming the place.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}: it has no canonical form`);
    return Object.is(value, -0) ? '0' : String(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => write(item, `${path}[${i}]`)).join(',')}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${write(value[key], `${path}.${key}`)}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(
    `${path} is a ${typeof value === 'object' ? value.constructor.name : typeof value}: not plain data`,
  );
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

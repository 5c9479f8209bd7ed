import { Binary, ObjectId } from 'bson';
import { refuse } from './store-error.ts';

export type BsonDocument = Record<string, unknown>;

export function isDocument(value: unknown): value is BsonDocument {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Comparison key: two scalars have the same key exactly when they are equal. A missing value counts as null, as in
 * MongoDB's indexes. Returns `undefined` for a non-scalar, which cannot be an `_id`, an index key or a filter operand.
 */
export function scalarKey(value: unknown): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return `d${value.getTime()}`;
  return value instanceof ObjectId ? `o${value.toHexString()}` : undefined;
}

/**
 * Refuses values that cannot be read back, compared or addressed as written (Decimal128, unsafe Long, code, ...).
 * @throws StoreError `BadValue`, `DollarPrefixedFieldName`
 */
export function assertStorable(value: unknown): void {
  const isPlain = typeof value === 'string' || typeof value === 'number';
  if (isPlain || scalarKey(value) !== undefined || value instanceof Binary) return;
  if (Array.isArray(value)) return value.forEach(assertStorable);
  if (!isDocument(value)) refuse('BadValue', `the embedded store cannot hold a value of type ${typeName(value)}`);
  for (const [field, item] of Object.entries(value)) {
    if (field.startsWith('$') || field === '__proto__') {
      refuse('DollarPrefixedFieldName', `the field name '${field}' is not allowed in a stored document`);
    }
    assertStorable(item);
  }
}

export function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}

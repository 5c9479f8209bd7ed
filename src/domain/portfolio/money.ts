import { Decimal as DecimalConstructor } from 'decimal.js';

/**
 * Decimal arithmetic of the ledger. 40 significant digits: sums and products of prices and amounts are exact. Only
 * averages are rounded, far below any venue's precision.
 */
export const Decimal = DecimalConstructor.clone({ precision: 40, toExpNeg: -40, toExpPos: 40 });
export type Decimal = InstanceType<typeof Decimal>;

export const ZERO = new Decimal(0);

/** Numbers that were converted lately. */
const converted = new Map<number, Decimal>();
/** The same prices and amounts come again and again: a fill is folded many times. */
const REMEMBERED = 4096;

/** Decimals are values: the same one may be shared. */
export function decimal(value: number | string | Decimal): Decimal {
  // A map does not tell 0 from -0.
  if (typeof value !== 'number' || value === 0) return new Decimal(value);
  const known = converted.get(value);
  if (known) return known;
  const made = new Decimal(value);
  if (converted.size >= REMEMBERED) converted.clear();
  converted.set(value, made);
  return made;
}

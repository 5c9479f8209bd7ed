import { Decimal as DecimalConstructor } from 'decimal.js';

/**
 * Decimal arithmetic of the ledger. 40 significant digits: sums and products of prices and amounts are exact. Only
 * averages are rounded, far below any venue's precision.
 */
export const Decimal = DecimalConstructor.clone({ precision: 40, toExpNeg: -40, toExpPos: 40 });
export type Decimal = InstanceType<typeof Decimal>;

export const ZERO = new Decimal(0);

export function decimal(value: number | string | Decimal): Decimal {
  return new Decimal(value);
}

import { type Offset } from '../orders/order.ts';

/** Converts an offset to a fraction of price. */
export const fractionOf = (offset: Offset, price: number): number =>
  offset.kind === 'percent' ? offset.value : offset.value / price;

/** Sides of orders and of positions. */

export const ORDER_SIDES = ['buy', 'sell'] as const;
export type OrderSide = (typeof ORDER_SIDES)[number];

export const POSITION_SIDES = ['long', 'short'] as const;
export type PositionSide = (typeof POSITION_SIDES)[number];

/** The order side that opens a position. */
export const entrySide = (side: PositionSide): OrderSide => (side === 'long' ? 'buy' : 'sell');
/** The order side that closes a position. */
export const exitSide = (side: PositionSide): OrderSide => (side === 'long' ? 'sell' : 'buy');

import { type Order, ORDER_STATES, ORDER_TYPES } from '../../domain/orders/order.ts';
import { type OrderStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { flag, number, oneOf, optional, plain, text } from './fields.ts';
import { keyOf, oneOrMore } from './row-codec.ts';
import { orderIdentity } from './order-identity.ts';

const from = (time: number | undefined): unknown => (time === undefined ? undefined : { $gte: time });

export function createOrderStore(database: Database): OrderStore {
  const orders = database.table<Order>({
    collection: 'orders',
    key: ({ account, clientOrderId }) => keyOf(account, clientOrderId),
    fields: {
      account: text,
      clientOrderId: text,
      ...orderIdentity,
      type: oneOf(ORDER_TYPES),
      amount: number,
      price: optional(number),
      postOnly: optional(flag),
      expiresAt: optional(number),
      timedOutAt: optional(number),
      bracket: optional(plain()),
      parentId: optional(text),
      approvalId: optional(text),
      state: oneOf(ORDER_STATES),
      reason: optional(text),
      filledAmount: number,
      averagePrice: optional(number),
      fees: number,
      createdAt: number,
      updatedAt: number,
      cycleId: optional(text),
    },
    indexes: [
      { account: 1, state: 1 },
      { account: 1, createdAt: -1 },
      { cycleId: 1 },
      { state: 1 },
      { createdAt: -1 },
      { strategyHash: 1 },
    ],
  });

  return {
    insert: async (order) => (await orders.insert([order])) === 1,
    get: (account, clientOrderId) => orders.get(keyOf(account, clientOrderId)),

    list: ({ account, states, cycleId, strategyHash, since, limit }) =>
      orders.find(
        {
          account: oneOrMore(account),
          cycleId,
          strategyHash,
          state: states && { $in: states },
          createdAt: from(since),
        },
        { createdAt: -1 },
        { limit },
      ),

    transition: (account, clientOrderId, states, to, patch) =>
      orders.changeAndGet(keyOf(account, clientOrderId), { state: { $in: states } }, { ...patch, state: to }),

    count: ({ account, purpose, since }) => orders.count({ account, purpose, createdAt: from(since) }),
  };
}

import { type Fill, ORDER_PURPOSES } from '../../domain/orders/order.ts';
import { type BookMark } from '../../domain/portfolio/books.ts';
import { type IrregularityCounts } from '../../domain/portfolio/irregularities.ts';
import { type EquityPoint, type Position } from '../../domain/portfolio/position.ts';
import { type LedgerStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, numberOrNull, oneOf, optional, plain, text, textOrNull } from './fields.ts';
import { keyOf, oneOrMore } from './row-codec.ts';
import { ORDER_SIDES } from '../../domain/market/side.ts';

export function createLedgerStore(database: Database): LedgerStore {
  const fills = database.table<Fill>({
    collection: 'fills',
    key: ({ account, id }) => keyOf(account, id),
    fields: {
      id: text,
      account: text,
      clientOrderId: text,
      strategyHash: text,
      symbol: text,
      side: oneOf(ORDER_SIDES),
      purpose: oneOf(ORDER_PURPOSES),
      amount: number,
      price: number,
      fee: number,
      time: number,
    },
    indexes: [{ account: 1, time: -1 }, { strategyHash: 1, time: -1 }, { symbol: 1, time: -1 }, { time: -1 }],
  });
  const positions = database.table<Position>({
    collection: 'positions',
    key: ({ account, strategyHash, symbol }) => keyOf(account, strategyHash, symbol),
    fields: {
      account: text,
      strategyHash: text,
      symbol: text,
      amount: number,
      averagePrice: number,
      realisedPnl: number,
      fees: number,
      openedAt: numberOrNull,
      updatedAt: number,
    },
    indexes: [{ account: 1 }],
  });
  const marks = database.table<BookMark>({
    collection: 'bookMarks',
    key: ({ account }) => account,
    fields: {
      account: text,
      lastFill: textOrNull,
      openingCash: number,
      irregularities: optional(plain<IrregularityCounts>()),
    },
  });
  const equity = database.table<EquityPoint>({
    collection: 'equity',
    key: ({ account, time }) => keyOf(account, time),
    fields: { account: text, time: number, equity: number, cash: number, exposure: number },
    indexes: [{ account: 1, time: -1 }],
  });

  return {
    recordFills: (recorded) => fills.insert(recorded),

    async recorded(account, fillIds) {
      const rows = await fills.getMany(fillIds.map((id) => keyOf(account, id)));
      return rows.map(({ id }) => id);
    },

    fills: ({ limit, account, ...filter }) =>
      fills.find({ ...filter, account: oneOrMore(account) }, { time: -1, id: -1 }, { limit }),

    savePositions: (saved) => positions.replace(saved),
    positions: (account) => positions.find({ account: oneOrMore(account) }, {}),

    mark: (account) => marks.get(account),
    saveMark: (mark) => marks.replace([mark]),

    recordEquity: (point) => equity.replace([point]),
    /** The latest `limit` points, sorted by time ascending. */
    equity: async (account, limit) => (await equity.find({ account }, { time: -1 }, { limit })).reverse(),
  };
}

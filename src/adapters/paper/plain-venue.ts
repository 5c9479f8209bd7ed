import {
  valueOf,
  openOrdersOf,
  type VenueAccount,
  type VenueFill,
} from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueTerms } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { fillsAfter, sequenceOf } from '../../domain/portfolio/paper-venue/fills-after.ts';
import { onCandle } from '../../domain/portfolio/paper-venue/on-candle.ts';
import { cancelOrder } from '../../domain/portfolio/paper-venue/requests.ts';
import { isLive, type VenueOrder } from '../../domain/portfolio/paper-venue/venue-order.ts';
import { openVenue, placeOrder } from '../../domain/portfolio/plain-venue/venue.ts';
import { type Book } from '../../domain/portfolio/protection/book.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type PlainReport, type PlainTrade, type PlainVenue } from '../../ports/plain-venue.ts';
import { reportOf } from './order-report.ts';
import { type StoredAccounts } from './stored-accounts.ts';

/** The row of an account on a plain paper venue: the book of the company, and what the venue knows itself. */
export interface PlainAccount extends Book {
  /** Absent until the account was opened. */
  readonly venue?: VenueAccount;
}

export interface PaperVenueDeps {
  readonly accounts: StoredAccounts<PlainAccount>;
  readonly data: Pick<MarketData, 'market' | 'now'>;
  readonly quote: string;
  readonly terms: Omit<VenueTerms, 'market'>;
}

/** A paper venue without brackets and strategies. Each request changes the venue's part of the row and nothing else. */
export function createPaperVenue({ accounts, data, quote, terms }: PaperVenueDeps): PlainVenue {
  const { load, change } = accounts;
  const venueOf = async (account: string): Promise<VenueAccount> => sideOf((await load(account)).state);
  const changeVenue = <T extends { readonly account: VenueAccount }>(
    account: string,
    step: (venue: VenueAccount) => T,
  ) =>
    change(account, (row) => {
      const before = sideOf(row);
      const answer = step(before);
      return { ...answer, account: answer.account === before ? row : { ...row, venue: kept(row, answer.account) } };
    });
  return {
    async open(account, cash) {
      await change(account, (row) => ({
        account: row.venue ? row : { ...row, venue: openVenue(account, cash, quote) },
      }));
    },
    async send(account, request, time) {
      const market = await data.market(request.symbol);
      const { order } = await changeVenue(account, (venue) => placeOrder(venue, request, market, time));
      return plainReportOf(order);
    },
    async cancel(account, id, time) {
      const { order } = await changeVenue(account, (venue) => cancelOrder(venue, id, time));
      return order && plainReportOf(order);
    },
    async order(account, id) {
      const order = (await venueOf(account)).orders[id];
      return order ? plainReportOf(order) : null;
    },
    openOrders: async (account) => openOrdersOf(await venueOf(account)).map(plainReportOf),
    trades: async (account, after) =>
      fillsAfter(await venueOf(account), after === null ? 0 : sequenceOf(after)).map(tradeOf),
    positions: async (account) =>
      Object.values((await venueOf(account)).positions).map(({ symbol, amount }) => ({ symbol, amount })),
    async balance(account) {
      const venue = await venueOf(account);
      const value = { ...valueOf(venue), writtenOff: Number(venue.writtenOff) };
      // Before the first candle there is no mark price: use market time.
      return value.time > 0 ? value : { ...value, time: await data.now() };
    },
    async onCandles(account, bars) {
      await changeVenue(account, (venue) => ({
        account: bars.reduce((state, { bar, market }) => onCandle(state, bar, { ...terms, market }).account, venue),
      }));
    },
  };
}

const sideOf = ({ venue }: PlainAccount): VenueAccount => venue!;

/** The venue forgets an order that is over once the book has, and a fill once the book has counted it. */
function kept({ sent, readTo }: Book, venue: VenueAccount): VenueAccount {
  const known = new Set(sent.map(({ clientOrderId }) => clientOrderId));
  const orders = Object.entries(venue.orders).filter(([id, order]) => isLive(order) || known.has(id));
  const counted = readTo === null ? 0 : sequenceOf(readTo);
  const fills = venue.fills.filter(({ id }) => sequenceOf(id) > counted);
  return { ...venue, orders: Object.fromEntries(orders), fills };
}

function plainReportOf(order: VenueOrder): PlainReport {
  const { strategyHash: _s, purpose: _p, parentId: _i, ...report } = reportOf(order);
  return report;
}

function tradeOf(fill: VenueFill): PlainTrade {
  const { account: _a, strategyHash: _s, purpose: _p, ambiguous: _m, cause, ...trade } = fill;
  return { ...trade, ...(cause === 'liquidation' && { isLiquidation: true as const }) };
}

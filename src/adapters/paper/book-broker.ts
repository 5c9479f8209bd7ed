import { AppError, errorText } from '../../domain/errors.ts';
import { type Market } from '../../domain/market/market.ts';
import { decimal } from '../../domain/portfolio/money.ts';
import { openOrdersOf, type VenueAccount } from '../../domain/portfolio/paper-venue/account.ts';
import { type VenueTerms } from '../../domain/portfolio/paper-venue/bar-step.ts';
import { isLiveState } from '../../domain/portfolio/paper-venue/venue-order.ts';
import { type PlainRequest } from '../../domain/portfolio/plain-venue/venue.ts';
import {
  afterCandles,
  beforeCandles,
  type ClosedBar,
  mayFillIn,
} from '../../domain/portfolio/protection/around-candles.ts';
import {
  type Book,
  irregularitiesOf,
  newBook,
  openBook,
  opens,
  orderOfRequest,
  pendingIn,
  type SentOrder,
} from '../../domain/portfolio/protection/book.ts';
import { takeCancel, takeRequest } from '../../domain/portfolio/protection/requests.ts';
import { takeAnswer } from '../../domain/portfolio/protection/take-answer.ts';
import { type MarketOf, takeTrades } from '../../domain/portfolio/protection/take-trades.ts';
import { ORDER_TYPES } from '../../domain/orders/order.ts';
import { type OrderReport } from '../../domain/orders/order-request.ts';
import { type Broker } from '../../ports/broker.ts';
import { type MarketData } from '../../ports/market-data.ts';
import { type PlainReport, type PlainVenue } from '../../ports/plain-venue.ts';
import { createAccountReads } from './account-reads.ts';
import { barOf, firstUnseen, readClosed } from './closed-bars.ts';
import { openingCash } from './opening-cash.ts';
import { reportOf } from './order-report.ts';
import { refuseOther } from './profile.ts';
import { type StoredAccounts } from './stored-accounts.ts';

export interface BookBrokerDeps<B extends Book> {
  readonly accounts: StoredAccounts<B>;
  readonly venue: PlainVenue;
  readonly data: MarketData;
  readonly startingCash: number;
  readonly quote: string;
  readonly terms: Pick<VenueTerms, 'slippageRate'>;
}

/** Whose the orders and positions are that no strategy of the company has. */
const NOBODY = 'nobody';

/**
 * The company's side of an exchange (ADR 0036): the book keeps orders, legs and shares of strategies, and is stored before the
 * venue is asked, one request a write. Whoever opens the account next carries out what is pending. An entry is the exception:
 * only the submit that has just been allowed sends it.
 */
export function createBookBroker<B extends Book>(deps: BookBrokerDeps<B>): Broker {
  const { accounts, venue, data, startingCash, quote, terms } = deps;
  const { rows, opened, load, change, orderOf } = accounts;
  const reads = createAccountReads(accounts);
  const changeBook = async (account: string, step: (book: B) => Book): Promise<void> => {
    // A step of the book keeps what else is in the row.
    await change(account, (book) => ({ account: step(book) as B }));
  };

  const marketsOf = async (symbols: Iterable<string>): Promise<MarketOf> => {
    const markets = await Promise.all([...new Set(symbols)].map((symbol) => data.market(symbol)));
    const known = new Map<string, Market>(markets.map((market) => [market.symbol, market]));
    return (symbol) => known.get(symbol)!;
  };

  /** Counts what the venue has filled since the last fill that was counted. */
  const readTrades = async (account: string): Promise<void> => {
    for (;;) {
      const { readTo } = (await load(account)).state;
      const trades = await venue.trades(account, readTo);
      if (trades.length === 0) return;
      const marketOf = await marketsOf(trades.map(({ symbol }) => symbol));
      // Somebody else may have counted them meanwhile.
      await changeBook(account, (book) => (book.readTo === readTo ? takeTrades(book, trades, marketOf) : book));
    }
  };

  /**
   * Asks the venue for everything that is pending, and decides from each answer. A request that fails stays pending, and keeps
   * nothing else from being asked.
   * @param own the entry that may be sent @throws the first error, after all were asked
   */
  const carryOut = async (account: string, own: string | null = null): Promise<void> => {
    const asked = new Set<string>();
    const errors: unknown[] = [];
    if (pendingIn((await load(account)).state).length === 0) return;
    // What has filled since may have closed what a request is to close: sent all the same, it would open the opposite.
    const isCurrent = await readTrades(account).then(
      () => true,
      (error: unknown) => {
        errors.push(error);
        return false;
      },
    );
    for (;;) {
      const { state } = await load(account);
      const mayAsk = (sent: SentOrder): boolean =>
        opens(state, sent) ? sent.orderId === own : isCurrent || sent.status === 'cancelling';
      const pending = pendingIn(state).find(
        (sent) => !asked.has(`${sent.status} ${sent.clientOrderId}`) && mayAsk(sent),
      );
      if (!pending) break;
      asked.add(`${pending.status} ${pending.clientOrderId}`);
      await askFor(account, pending).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  };

  const askFor = async (account: string, pending: SentOrder): Promise<void> => {
    const { clientOrderId: id, status, time, filledAmount } = pending;
    const asked =
      status === 'sending' ? venue.send(account, plainRequestOf(pending), time) : venue.cancel(account, id, time);
    const answer = await asked.catch((error: unknown) => {
      // It is stored and will be asked again: a final error would be taken for a rejection.
      const text = `request ${id} was not answered: ${errorText(error)}`;
      throw new AppError('order-unknown', text, { retryable: true, cause: error });
    });
    await changeBook(account, (book) => takeAnswer(book, pending, answer));
    if (answer && answer.filledAmount > filledAmount) await readTrades(account);
  };

  const catchingUp = new Map<string, Promise<void>>();
  /** Counts what has filled; a share that it made is protected at once. */
  const catchUp = (account: string): Promise<void> => {
    const known = catchingUp.get(account);
    if (known) return known;
    const work = readTrades(account)
      .then(() => carryOut(account))
      .finally(() => catchingUp.delete(account));
    catchingUp.set(account, work);
    return work;
  };
  /** The book, after the fills that are being counted: what is asked for together is of one state. */
  const counted = async (account: string): Promise<B> => {
    await catchingUp.get(account);
    return (await load(account)).state;
  };

  /** What the venue has open, and the requests of the book that it has not. */
  const look = async (account: string, bars: readonly ClosedBar[]): Promise<void> => {
    const from = bars[0]!.bar.candle.time;
    for (;;) {
      const { state } = await load(account);
      const open = new Set((await venue.openOrders(account)).map(({ clientOrderId }) => clientOrderId));
      const gone = mayFillIn(state, from).filter(({ clientOrderId }) => !open.has(clientOrderId));
      const ended: { readonly id: string; readonly report: PlainReport | null }[] = [];
      for (const { clientOrderId: id } of gone) {
        const report = await venue.order(account, id);
        if (!report || !isLiveState(report.state)) ended.push({ id, report });
      }
      // A process that was frozen may send what had ended: the book is without it.
      const draft = openBook(state);
      for (const id of open) {
        const hasEnded = (draft.sent.get(id)?.status ?? 'ended') === 'ended';
        if (hasEnded && orderOfRequest(draft, id)) await venue.cancel(account, id, from);
      }
      // Last: fills of what has ended are among them, unless the venue reports them late.
      const trades = await venue.trades(account, state.readTo);
      const { cash, writtenOff } = await venue.balance(account);
      const seen = { trades, ended, cash, writtenOff };
      const marketOf = await marketsOf(trades.map(({ symbol }) => symbol));
      const { isTaken } = await change(account, (book) =>
        book.readTo === state.readTo
          ? { account: afterCandles(book, bars, seen, marketOf) as B, isTaken: true }
          : { account: book, isTaken: false },
      );
      if (isTaken) return;
    }
  };

  /** The request that may have sent an entry, and of which nobody knows whether the venue has it. */
  const unansweredOf = (book: Book, id: string): SentOrder | undefined =>
    book.sent.find((sent) => sent.orderId === id && opens(book, sent));

  return {
    capabilities: { brackets: false, reduceOnly: false, orderTypes: ORDER_TYPES },
    async open(account) {
      if (opened.has(account)) return;
      const known = await rows.load(account);
      if (known) refuseOther('plain', known.state as VenueAccount);
      const cash = known ? Number((known.state as Book).cash) : await openingCash(rows, account, startingCash);
      if (!known) await rows.save(account, newBook(account, cash, quote), 0);
      await venue.open(account, cash);
      await carryOut(account);
      opened.add(account);
    },
    async submit({ time, ...request }) {
      const { account, ...asked } = request;
      const { clientOrderId } = request;
      const market = await data.market(request.symbol);
      const { order } = await change(account, async (state) => {
        const known = await orderOf(state, clientOrderId);
        if (known) return { account: state, order: known };
        const answer = takeRequest(state, request, { ...terms, market }, time);
        return { account: answer.book as B, order: answer.order };
      });
      await carryOut(account, clientOrderId);
      const answered = await orderOf((await load(account)).state, clientOrderId);
      // Of the oldest orders only the outcome is known.
      return reportOf({ ...asked, ...(answered ?? order) });
    },
    async fetchOrder(account, clientOrderId) {
      const unanswered = unansweredOf((await load(account)).state, clientOrderId);
      if (unanswered) {
        const answer = await venue.order(account, unanswered.clientOrderId);
        if (answer === null) return null;
        await changeBook(account, (book) => takeAnswer(book, unanswered, answer));
      }
      const order = await orderOf((await load(account)).state, clientOrderId);
      return order && reportOf(order);
    },
    async fetchGroup(account, clientOrderId) {
      const state = await counted(account);
      return unansweredOf(state, clientOrderId) ? [] : reads.fetchGroup(account, clientOrderId);
    },
    async openOrders(account) {
      const [state, open] = await Promise.all([counted(account), venue.openOrders(account)]);
      const draft = openBook(state);
      const strangers = open.filter(({ clientOrderId }) => !orderOfRequest(draft, clientOrderId)).map(strangerOf);
      return [...openOrdersOf(state).map(reportOf), ...strangers];
    },
    async cancel(account, clientOrderId) {
      const now = await data.now();
      const known = await orderOf((await load(account)).state, clientOrderId);
      if (!known) {
        const stranger = await venue.cancel(account, clientOrderId, now);
        return stranger && strangerOf(stranger);
      }
      await changeBook(account, (book) => takeCancel(book, clientOrderId, now));
      await carryOut(account);
      return reportOf((await orderOf((await load(account)).state, clientOrderId)) ?? known);
    },
    async fills(account, after) {
      await catchUp(account);
      return reads.fills(account, after);
    },
    async unassigned(account) {
      const held = await venue.positions(account);
      await catchUp(account);
      const { positions } = await counted(account);
      const left = new Map(held.map(({ symbol, amount }) => [symbol, decimal(amount)]));
      for (const { symbol, amount } of Object.values(positions))
        left.set(symbol, (left.get(symbol) ?? decimal(0)).minus(amount));
      return [...left]
        .filter(([, amount]) => !amount.isZero())
        .map(([symbol, amount]) => ({ strategyHash: NOBODY, symbol, amount: amount.toNumber() }));
    },
    async positions(account) {
      await counted(account);
      return reads.positions(account);
    },
    async balance(account) {
      const [balance, state] = await Promise.all([venue.balance(account), counted(account)]);
      return { ...balance, irregularities: irregularitiesOf(state) };
    },
    async onCandles({ account, timeExitsWait = false, ...closed }) {
      const { ready, failed } = await readClosed(data, closed);
      for (;;) {
        const { state } = await load(account);
        const bars = ready.flatMap((of) => {
          const index = firstUnseen(state, of);
          return index < of.series.length ? [{ bar: barOf(of.series, index, timeExitsWait), market: of.market }] : [];
        });
        if (bars.length === 0) break;
        await changeBook(account, (book) => beforeCandles(book, bars, timeExitsWait));
        await carryOut(account);
        await venue.onCandles(account, bars);
        await look(account, bars);
        await carryOut(account);
      }
      return failed;
    },
  };
}

function plainRequestOf(sent: SentOrder): PlainRequest {
  const {
    orderId: _o,
    attempt: _n,
    status: _s,
    filledAmount: _f,
    toldAmount: _d,
    time: _t,
    ends: _e,
    refused: _r,
    ...request
  } = sent;
  return request;
}

const strangerOf = (report: PlainReport): OrderReport => ({ ...report, strategyHash: NOBODY, purpose: 'entry' });

import { type Broker } from '../../../src/ports/broker.ts';
import { type Book } from '../../../src/domain/portfolio/protection/book.ts';
import { type MarketData } from '../../../src/ports/market-data.ts';
import { type PlainReport, type PlainVenue } from '../../../src/ports/plain-venue.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { type Checks } from '../checks/checks.ts';
import { type Doer } from '../checks/doer.ts';
import { type ExchangeOrder, type ExchangeRequest } from '../venue/exchange.ts';
import { STARTING_CASH } from '../venue/venue.ts';
import { type Perform } from '../world/perform.ts';
import { type Simulation } from '../simulate/simulation.ts';
import { type System } from '../simulate/load-system.ts';

function reportOf({ readyAt: _, ...report }: ExchangeOrder): PlainReport {
  return report;
}

/** The exchange as the company reaches it. Its operations have the names of the broker's, so that the same faults strike. */
function plainVenueOf(simulation: Simulation, checks: Checks, doer: Doer, perform: Perform): PlainVenue {
  const { world, exchangeOf, venueOf, names } = simulation;
  const { agent } = doer;
  const kindOf = (id: string): string => {
    const named = names.of(id);
    return named?.leg === 'none' ? named.asked.purpose : 'leg';
  };
  return {
    open: async () => undefined,
    send: (account, request, time) =>
      perform(agent, `broker.submit.${kindOf(request.clientOrderId)}`, () => {
        if (!simulation.isRepeat) checks.beforeRequest(doer, account, request as ExchangeRequest);
        const order = exchangeOf(account).place(request as ExchangeRequest, time);
        world.tell(
          () =>
            `   exchange: ${kindOf(order.clientOrderId)} ${order.side} ${order.amount} ${order.symbol} ${order.type} ${order.price ?? ''} ${order.state} ${order.reason ?? ''}`,
        );
        return reportOf(order);
      }),
    cancel: (account, id, time) =>
      perform(agent, 'broker.cancel', () => {
        const order = exchangeOf(account).cancel(id, time);
        world.tell(() => `   exchange: cancel ${kindOf(id)} ${id.slice(0, 12)}: ${order?.state ?? 'not known'}`);
        return order && reportOf(order);
      }),
    order: (account, id) =>
      perform(agent, 'broker.fetchOrder', () => {
        const order = exchangeOf(account).order(id);
        return order && reportOf(order);
      }),
    openOrders: (account) => perform(agent, 'broker.openOrders', () => exchangeOf(account).openOrders().map(reportOf)),
    trades: (account, after) =>
      perform(agent, 'broker.fills', () => {
        const { trades } = exchangeOf(account);
        return trades.slice(after === null ? 0 : trades.findIndex(({ id }) => id === after) + 1);
      }),
    positions: (account) =>
      perform(agent, 'broker.positions', () =>
        [...exchangeOf(account).positions].map(([symbol, amount]) => ({ symbol, amount })),
      ),
    balance: (account) => perform(agent, 'broker.balance', () => venueOf(account).balance()),
    onCandles: (account, bars) =>
      perform(agent, 'broker.onCandles', () => {
        for (const { bar, market } of bars) exchangeOf(account).play(market.symbol, bar.candle.time);
      }),
  };
}

/** The company's own side of a plain venue, over the exchange of the simulator. */
export function plainBrokerOf(
  simulation: Simulation,
  system: System,
  checks: Checks,
  doer: Doer,
  perform: Perform,
  stores: Stores,
  data: MarketData,
): Broker {
  const { life, agent } = doer;
  const broker = system.createBookBroker({
    accounts: system.createStoredAccounts<Book>(stores.venueAccounts, 'plain'),
    venue: plainVenueOf(simulation, checks, doer, perform),
    data,
    startingCash: STARTING_CASH,
    quote: 'USD',
    terms: { slippageRate: 0.0005 },
  });
  return {
    ...broker,
    async submit(request) {
      checks.beforeSubmit(doer, request);
      simulation.names.ask(request);
      life.submitting.add(request.clientOrderId);
      try {
        return await broker.submit(request);
      } finally {
        life.submitting.delete(request.clientOrderId);
      }
    },
    async fetchOrder(account, id) {
      const order = await broker.fetchOrder(account, id);
      if (!order) checks.truth.lookedUp.add(`${life.number}/${id}`);
      return order;
    },
    async positions(account) {
      const positions = await broker.positions(account);
      checks.truth.positions.set(`${life.number}/${agent}/${account}`, positions);
      return positions;
    },
    onCandles(closed) {
      checks.beforeCandles(closed);
      return broker.onCandles(closed);
    },
  };
}

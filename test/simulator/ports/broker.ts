import { type Broker, type MarketFailure } from '../../../src/ports/broker.ts';
import { type OrderReport } from '../../../src/domain/orders/order-request.ts';
import { type Checks } from '../checks/checks.ts';
import { type VenueOrder } from '../venue/venue-order.ts';
import { type Life } from '../world/life.ts';
import { type Perform } from '../world/perform.ts';
import { SOURCE, type Simulation } from '../simulate/simulation.ts';
import { type System } from '../simulate/load-system.ts';

function reportOf({ leg: _, readyAt: __, bracket: ___, ...report }: VenueOrder): OrderReport {
  return report;
}

/** The venue as the company reaches it. */
export function brokerOf(
  simulation: Simulation,
  _: System,
  checks: Checks,
  life: Life,
  agent: string,
  perform: Perform,
): Broker {
  const { rows, world, unreadable, venueOf } = simulation;
  const marketTime = (): number => rows.feed.get(SOURCE)?.now ?? 0;
  return {
    capabilities: { brackets: true, reduceOnly: true, orderTypes: ['market'] },
    open: async () => undefined,
    submit: (request) =>
      perform(agent, `broker.submit.${request.purpose}`, () => {
        if (!simulation.isRepeat) checks.beforeSubmit({ life, agent }, request);
        const report = reportOf(venueOf(request.account).submit(request) as VenueOrder);
        world.tell(
          () => `   venue: ${request.purpose} ${request.side} ${request.amount} ${request.symbol} ${report.state}`,
        );
        return report;
      }),
    fetchOrder: (account, id) =>
      perform(agent, 'broker.fetchOrder', () => {
        const order = venueOf(account).order(id);
        if (!order) checks.truth.lookedUp.add(`${life.number}/${id}`);
        return order && reportOf(order);
      }),
    fetchGroup: (account, id) => perform(agent, 'broker.fetchGroup', () => venueOf(account).group(id).map(reportOf)),
    openOrders: (account) => perform(agent, 'broker.openOrders', () => venueOf(account).openOrders().map(reportOf)),
    cancel: (account, id) =>
      perform(agent, 'broker.cancel', () => {
        const order = venueOf(account).cancel(id, marketTime()) as VenueOrder | null;
        world.tell(() => `   venue: cancel ${id.slice(0, 12)}: ${order?.state ?? 'not known'}`);
        return order && reportOf(order);
      }),
    fills: (account, after) => perform(agent, 'broker.fills', () => venueOf(account).fillsAfter(after)),
    positions: (account) =>
      perform(agent, 'broker.positions', () => {
        const positions = venueOf(account).positions();
        checks.truth.positions.set(`${life.number}/${agent}/${account}`, positions);
        return positions;
      }),
    // A venue that knows strategies is not asked.
    unassigned: async () => [],
    balance: (account) => perform(agent, 'broker.balance', () => venueOf(account).balance()),
    onCandles: (closed) =>
      perform(agent, 'broker.onCandles', () => {
        checks.beforeCandles(closed);
        const failed: MarketFailure[] = [];
        for (const symbol of closed.symbols) {
          if ((unreadable.get(symbol) ?? 0) > world.now()) {
            failed.push({ symbol, error: new Error(`candles of ${symbol} cannot be read`) });
            continue;
          }
          const venue = venueOf(closed.account);
          venue.play(symbol, closed.candleTime);
          if (closed.timeExitsWait !== true) venue.playTimeExits(symbol);
        }
        return failed;
      }),
  };
}

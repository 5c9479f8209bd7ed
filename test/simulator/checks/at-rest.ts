import { type Fill } from '../../../src/domain/orders/order.ts';
import { keyOf } from '../ports/table.ts';
import { VENUE_MARKETS } from '../venue/markets.ts';
import { limitsOf } from '../simulate/limits.ts';
import { ACCOUNT, type Simulation } from '../simulate/simulation.ts';
import { STARTING_CASH } from '../venue/venue.ts';
import { createDecisionsCheck } from './decisions.ts';
import { createDrawdownCheck } from './drawdown.ts';
import { createSharesCheck } from './shares-at-rest.ts';
import { type Truth } from './truth.ts';

/** Candles without a fault after which the company must be at rest. */
const REST = 3;
/** More than one candle has. */
const LAST_APPROVALS = 20;
const IN_FLIGHT = new Set(['intended', 'approved', 'submitting', 'unknown']);

const near = (a: number, b: number, floor: number): boolean => Math.abs(a - b) <= floor;

/** Positions by strategy and market, added up here from the ledger's fills. */
function added(fills: Iterable<Fill>): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  for (const { strategyHash, symbol, side, amount } of fills) {
    const key = `${strategyHash}/${symbol}`;
    held.set(key, (held.get(key) ?? 0) + (side === 'buy' ? amount : -amount));
  }
  return held;
}

/** What must hold when no fault has struck for some candles. */
export function createAtRest(simulation: Simulation, truth: Truth): () => void {
  const { rows, venue, venues, venueOf, violate, queues, plan, seen } = simulation;
  /** Candle since which trading is not ACTIVE, a flatten is under way, or a retired strategy holds something. */
  let barredSince = -1;
  let flattenSince = -1;
  let flattenId: string | undefined;
  let overSince = -1;
  let haltedAt = 0;
  const retiredSince = new Map<string, number>();

  const sharesAreRight = createSharesCheck(simulation, truth);

  const ordersAreTheVenues = (account: string): void => {
    const venue = venueOf(account);
    const open = new Map(venue.openOrders().map((order) => [order.clientOrderId, order]));
    for (const order of rows.orders.rows.values()) {
      if (order.account !== account) continue;
      const { clientOrderId: id, state, filledAmount } = order;
      const other = open.get(id);
      if (other && (other.state !== state || !near(other.filledAmount, filledAmount, 1e-9)))
        violate(
          'M5',
          `order ${id}: ${state} ${filledAmount} in the ledger, ${other.state} ${other.filledAmount} at the venue`,
        );
      else if (!other && (state === 'open' || state === 'partially-filled'))
        violate('M5', `order ${id} is ${state} in the ledger, and not open at the venue`);
      else {
        const known = venue.order(id);
        if (known && known.state !== state)
          violate('M5', `order ${id}: ${state} in the ledger, ${known.state} at the venue`);
      }
    }
    for (const id of open.keys())
      if (!truth.foreign.has(id) && !rows.orders.get(keyOf(account, id)))
        violate('M5', `order ${id} is open at the venue, and not in the ledger`);
    for (const id of truth.sent.keys())
      if (!venue.order(id) && rows.orders.get(keyOf(account, id))?.state === 'open')
        violate('M5', `order ${id} never reached the venue`);
  };

  const ledgerIsVenue = (account: string): void => {
    const venue = venueOf(account);
    for (const { account: of, clientOrderId: id, state } of rows.liveOrders.rows.values())
      if (of === account && IN_FLIGHT.has(state)) violate('orders', `order ${id} is still ${state}`);
    if (plan.profile === 'plain') sharesAreRight(account);
    else ordersAreTheVenues(account);
    const ofOthers = venue.openOrders().filter(({ clientOrderId }) => truth.foreign.has(clientOrderId));
    if (ofOthers.length > 0) {
      if (rows.riskStates.get(ACCOUNT)?.tradingState === 'ACTIVE')
        violate('M5', `an order of somebody else is open at the venue, and trading is ACTIVE`);
    }
    const fills = [...rows.fills.rows.values()].filter((fill) => fill.account === account);
    if (fills.length !== venue.allFills.length)
      violate('M5', `${fills.length} fills in the ledger, ${venue.allFills.length} at the venue`);
    const ledger = added(fills);
    const positions = new Map(
      rows.positions.find((p) => p.account === account).map((p) => [`${p.strategyHash}/${p.symbol}`, p]),
    );
    const held = new Map(venue.positions().map((p) => [`${p.strategyHash}/${p.symbol}`, p.amount]));
    for (const key of new Set([...ledger.keys(), ...positions.keys(), ...held.keys()])) {
      const [a, b, c] = [ledger.get(key) ?? 0, positions.get(key)?.amount ?? 0, held.get(key) ?? 0];
      if (!near(a, c, 1e-8) || !near(b, c, 1e-8))
        violate('M5', `position ${key}: ${a} by fills, ${b} in the ledger, ${c} at the venue`);
    }
    const flow = [...positions.values()].reduce((sum, p) => sum + p.realisedPnl - p.amount * p.averagePrice, 0);
    if (!near(STARTING_CASH + flow, venue.balance().cash, 1e-4))
      violate('M5', `cash ${STARTING_CASH + flow} in the ledger, ${venue.balance().cash} at the venue`);
  };

  const haltIsHalt = (): void => {
    const state = rows.riskStates.get(ACCOUNT);
    if (!state) return;
    if (state.tradingState !== 'ACTIVE') {
      const entries = [...venues.values()]
        .flatMap((each) => each.openOrders())
        .filter((o) => o.purpose === 'entry' && !truth.foreign.has(o.clientOrderId));
      if (entries.length > 0)
        violate('M1', `entry ${entries[0]!.clientOrderId} is alive at the venue while ${state.tradingState}`);
    }
    if (state.stateSetBy === 'trouble' && state.tradingState !== 'ACTIVE' && truth.foreign.size === 0) {
      if (simulation.candle - simulation.disturbedAt > REST + 4 && simulation.candle - barredSince > REST + 4)
        violate('states', `a trouble has not lifted itself: ${state.stateReason}`);
    }
  };

  /** An exit that waited for the end of a HALTED is decided on then: its crossing does not come again. */
  const waitingExitsGo = (): void => {
    const state = rows.riskStates.get(ACCOUNT);
    if (!state || state.tradingState === 'HALTED' || state.flatten) haltedAt = simulation.candle;
    const since = Math.max(haltedAt, simulation.disturbedAt, simulation.actedAt);
    if (simulation.candle - since > REST && (state?.waitingExits?.length ?? 0) > 0)
      violate(
        'states',
        `exit ${state!.waitingExits![0]} still waits ${simulation.candle - since} candles after HALTED`,
      );
  };

  const flatIsFlat = (): void => {
    const state = rows.riskStates.get(ACCOUNT);
    const taken = [...venues.values()]
      .flatMap((each) => each.openOrders())
      .filter(({ purpose }) => purpose === 'flatten');
    if (!state?.flatten && taken.length > 0 && simulation.actedAt < simulation.candle - 1)
      violate('M15', `order ${taken[0]!.clientOrderId} would still close for a flatten that was taken back`);
    if (!state?.flatten) return;
    const since = simulation.candle - Math.max(flattenSince, simulation.disturbedAt);
    if (since <= REST) return;
    const left = [...venues.values()]
      .flatMap((each) => each.positions())
      .filter(({ symbol, amount }) => Math.abs(amount) >= VENUE_MARKETS.get(symbol)!.minAmount);
    const isThin = left.every(
      ({ symbol }) => plan.markets.find((m) => m.symbol === symbol)!.filled[simulation.bar()] !== 0,
    );
    if (left.length > 0 && !isThin)
      violate('M2', `${since} candles after a flatten ${left[0]!.amount} ${left[0]!.symbol} is held`);
    if (left.length === 0 && since > REST + 1 && state.flatten.doneAt === undefined)
      violate('M2', 'a flatten is never done although nothing is held');
    if (left.length === 0) seen.add('flat after a flatten');
  };

  const badHoldingsLeave = (): void => {
    const state = rows.riskStates.get(ACCOUNT);
    for (const { account, strategyHash, symbol, state: holding } of rows.holdings.rows.values()) {
      const key = `${strategyHash}/${symbol}`;
      const held = venueOf(account)
        .positions()
        .find((p) => `${p.strategyHash}/${p.symbol}` === key);
      const isDust = held !== undefined && Math.abs(held.amount) < VENUE_MARKETS.get(symbol)!.minAmount;
      if (holding !== 'retired' || !held || isDust || state?.tradingState === 'HALTED') retiredSince.delete(key);
      else if (!retiredSince.has(key)) retiredSince.set(key, simulation.candle);
      const since = retiredSince.get(key);
      if (since !== undefined && simulation.candle - Math.max(since, simulation.disturbedAt) > 6)
        violate('M17', `a retired strategy still holds ${held?.amount} ${symbol}`);
    }
  };

  queues.onEnd((job) => {
    if (job.state !== 'failed' || job.id.startsWith('outside.')) return;
    if (simulation.quietSince(job.finishedOn ?? 0))
      violate('jobs', `${job.queue} ${job.id} failed: ${job.failedReason}`);
  });

  /** M8: what prices carried beyond a limit by the tolerance is closed. */
  const exposureShrinks = (): void => {
    const { maxAssetExposure, reductionTolerance } = limitsOf(plan);
    const { equity } = venue.balance();
    const byAsset = new Map<string, number>();
    for (const { symbol, amount } of venue.positions()) {
      const { underlying, base } = VENUE_MARKETS.get(symbol)!;
      const asset = underlying ?? base;
      byAsset.set(asset, (byAsset.get(asset) ?? 0) + Math.abs(amount) * simulation.lastClose(symbol));
    }
    const isOver = [...byAsset.values()].some((value) => value > maxAssetExposure * reductionTolerance * equity * 1.01);
    const isHalted = rows.riskStates.get(ACCOUNT)?.tradingState === 'HALTED';
    if (!isOver || isHalted) overSince = -1;
    else if (overSince < 0) {
      overSince = simulation.candle;
      seen.add('exposure carried above its limit');
    }
    if (overSince >= 0 && simulation.candle - Math.max(overSince, simulation.disturbedAt) > REST + 2)
      violate('M8', 'an exposure that prices have carried beyond its limit is not reduced');
  };

  /** What was approved in a quiet candle is sent in it. */
  const approvalsAreUsed = (): void => {
    if (simulation.actedAt === simulation.candle || tradingState() !== 'ACTIVE') return;
    const recent = [...truth.approvals.values()].slice(-LAST_APPROVALS);
    for (const { id, account, asOf, purpose } of recent) {
      if (account !== ACCOUNT) continue;
      if (asOf <= plan.markets[0]!.time[simulation.bar()]! || truth.changed.has(id) || purpose !== 'entry') continue;
      if (rows.approvals.get(id)?.usedBy === undefined) violate('jobs', `approval ${id} was given and not used`);
    }
  };
  const tradingState = (): string | undefined => rows.riskStates.get(ACCOUNT)?.tradingState;
  const drawdown = createDrawdownCheck(simulation);
  const decisions = createDecisionsCheck(simulation);

  return () => {
    if (simulation.isOut()) simulation.disturbedAt = simulation.candle;
    drawdown();
    const state = rows.riskStates.get(ACCOUNT);
    if (state && state.tradingState !== 'ACTIVE') {
      if (barredSince < 0) barredSince = simulation.candle;
    } else barredSince = -1;
    if (state?.flatten?.id !== flattenId) flattenSince = simulation.candle;
    flattenId = state?.flatten?.id;
    badHoldingsLeave();
    waitingExitsGo();
    if (simulation.candle - simulation.disturbedAt <= REST) return;
    seen.add('at rest');
    for (const account of venues.keys()) ledgerIsVenue(account);
    haltIsHalt();
    flatIsFlat();
    exposureShrinks();
    approvalsAreUsed();
    decisions();
  };
}

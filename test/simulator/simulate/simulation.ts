import { type Plan } from '../plan/plan.ts';
import { createFaults, type Faults } from '../world/faults.ts';
import { createWorld, type World } from '../world/world.ts';
import { type Life } from '../world/life.ts';
import { createRows, type Rows } from '../ports/memory-stores.ts';
import { createJobQueues, type JobQueues } from '../ports/job-queues.ts';
import { createExchange, type Exchange } from '../venue/exchange.ts';
import { viewOf } from '../venue/exchange-view.ts';
import { createOrderNames, type OrderNames } from '../venue/order-names.ts';
import { createVenue, STARTING_CASH, type Venue } from '../venue/venue.ts';
import { HISTORY, LEAST_CANDLES, LEAST_ORDERS, QUIET_CANDLES, SPARE_CANDLES } from '../plan/plan.ts';
import { type Violation } from '../checks/violation.ts';
import { type Approval } from '../../../src/domain/risk/approval.ts';
import { type QueueName } from '../../../queues/names.ts';

export const ACCOUNT = 'paper';
export const SOURCE = 'simulator';

/** Longer than any outage, restart and series of attempts, ms. */
const QUIET_MS = 240_000;

export type Resource = 'store' | 'redis' | 'venue';

/** Everything of one run that outlives the processes of the company. */
export interface Simulation {
  readonly plan: Plan;
  readonly world: World;
  readonly faults: Faults;
  readonly rows: Rows;
  readonly queues: JobQueues;
  /** Of the main account. */
  readonly venue: Venue;
  /** Of each account, the main one first. */
  readonly venues: Map<string, Venue>;
  readonly venueOf: (account: string) => Venue;
  /** Of the accounts of a plan on a plain venue. */
  readonly exchangeOf: (account: string) => Exchange;
  readonly names: OrderNames;
  /** Virtual time at which each comes back. */
  readonly down: Map<Resource, number>;
  readonly unreadable: Map<string, number>;
  /** The process that runs the company. */
  life: Life | null;
  /** Difference of the company's wall clock from the true one, ms. */
  skew: number;
  /** Candle of the plan that has closed last. */
  candle: number;
  /** Index in the markets' paths of that candle. */
  readonly bar: () => number;
  readonly lastClose: (symbol: string) => number;
  /** Last candle in which somebody acted. */
  actedAt: number;
  /** The job that each queue runs. */
  readonly running: Map<string, string>;
  /** Last candle with a fault. */
  disturbedAt: number;
  operations: number;
  /** Orders that were sent. */
  orders: number;
  violation: Violation | null;
  readonly seen: Set<string>;
  /** Processes that wait for jobs to end. */
  readonly waiters: { readonly ended: () => boolean; readonly resolve: () => void }[];
  readonly hasNext: () => boolean;
  readonly wake: Map<QueueName, () => void>;
  /** Called after each operation, for actions that wait for one. */
  afterOperation: (name: string) => void;
  /** Market time goes on without the feed, as while a machine sleeps. */
  passTime: (candles: number) => void;
  /** Candle since which market time has last gone on without the feed. */
  passedAt: number;
  /** A candle has closed: market time was advanced in the store. */
  onCandle: () => void;
  /** Changes the next approval of an entry in the store, after it was issued. */
  changeNextApproval: ((approval: Approval) => Approval) | null;
  /** The request on its way was sent twice by the network, not by the company. */
  isRepeat: boolean;
  /** All is checked after the last candle. */
  readonly isFinished: () => boolean;
  finishedAt: number;
  /** Whether no fault had struck for some candles at this virtual time. */
  /** Whether something is away now. */
  readonly isOut: () => boolean;
  readonly quietSince: (time: number) => boolean;
  readonly disturb: (what: string) => void;
  readonly violate: (rule: string, text: string) => void;
  /** Work that nobody waits for; an error in it is one of the simulator. */
  readonly begin: (work: Promise<unknown>) => void;
}

export function createSimulation(plan: Plan, tells: boolean): Simulation {
  const world = createWorld(plan.seed, Date.UTC(2026, 0, 1), tells);
  const wake = new Map<QueueName, () => void>();
  const queues = createJobQueues({
    now: world.now,
    schedule: world.schedule,
    jitter: () => world.rng.next(),
    wake: (queue) => wake.get(queue)?.(),
  });
  let lastDisturbance = world.now();
  const lastCandle = (): number =>
    simulation.orders < LEAST_ORDERS
      ? plan.candles + QUIET_CANDLES + SPARE_CANDLES - 1
      : Math.max(plan.candles + QUIET_CANDLES, LEAST_CANDLES);
  const openVenue = (account: string): Venue => {
    const venue = newVenue(account, HISTORY - 1 + simulation.candle);
    simulation.venues.set(account, venue);
    return venue;
  };
  const exchanges = new Map<string, Exchange>();
  const names = createOrderNames();
  const newVenue = (account: string, firstBar: number): Venue => {
    const disturbs = (what: string): void => simulation.disturb(what);
    if (plan.profile === 'bracket') return createVenue(account, plan.markets, firstBar, disturbs);
    const exchange = createExchange(plan.markets, firstBar, STARTING_CASH, disturbs);
    exchanges.set(account, exchange);
    return viewOf(account, exchange, names);
  };
  const main = newVenue(ACCOUNT, HISTORY - 1);
  const simulation: Simulation = {
    plan,
    world,
    faults: createFaults(plan),
    rows: createRows(),
    queues,
    venue: main,
    venues: new Map([[ACCOUNT, main]]),
    venueOf: (account) => simulation.venues.get(account) ?? openVenue(account),
    exchangeOf(account) {
      simulation.venueOf(account);
      return exchanges.get(account)!;
    },
    names,
    down: new Map(),
    unreadable: new Map(),
    life: null,
    skew: 0,
    candle: 0,
    bar: () => HISTORY - 1 + simulation.candle,
    lastClose: (symbol) => plan.markets.find((market) => market.symbol === symbol)!.close[simulation.bar()]!,
    actedAt: 0,
    passedAt: -100,
    running: new Map(),
    disturbedAt: 0,
    operations: 0,
    orders: 0,
    violation: null,
    seen: new Set(),
    waiters: [],
    hasNext: () => simulation.violation === null && simulation.candle < lastCandle(),
    wake,
    afterOperation: () => undefined,
    onCandle: () => undefined,
    passTime(candles) {
      const feed = simulation.rows.feed.get(SOURCE);
      const step = plan.markets[0]!.time[1]! - plan.markets[0]!.time[0]!;
      const left = plan.candles + QUIET_CANDLES - 1 - simulation.candle;
      if (!feed || left < candles) return;
      simulation.passedAt = simulation.candle + candles;
      simulation.rows.feed.put({ ...feed, now: feed.now + candles * step });
      for (let i = 0; i < candles; i += 1) simulation.onCandle();
    },
    changeNextApproval: null,
    isRepeat: false,
    finishedAt: -1,
    isFinished: () => simulation.finishedAt >= lastCandle(),
    isOut: () => [...simulation.down.values(), ...simulation.unreadable.values()].some((until) => until > world.now()),
    quietSince: (time) => time - lastDisturbance > QUIET_MS,
    disturb(what) {
      lastDisturbance = world.now();
      simulation.disturbedAt = simulation.candle;
      simulation.seen.add(what);
      world.tell(() => `   !! ${what}`);
    },
    begin(work) {
      work.catch((error: unknown) => {
        simulation.violate('simulator', error instanceof Error ? (error.stack ?? error.message) : String(error));
      });
    },
    violate(rule, text) {
      simulation.violation ??= { rule, text, candle: simulation.candle };
      world.tell(() => `   ## ${rule}: ${text}`);
    },
  };
  queues.onEnd(() => {
    for (const waiter of simulation.waiters.splice(0)) {
      if (waiter.ended()) waiter.resolve();
      else simulation.waiters.push(waiter);
    }
  });
  return simulation;
}

import { createRng, type Rng } from '../../../src/domain/random/rng.ts';
import { type Timeframe } from '../../../src/domain/market/timeframe.ts';
import { type PaperProfile } from '../../../src/adapters/paper/profile.ts';
import { type StrategySpec } from '../../../src/domain/strategies/spec.ts';
import { candlesOf, type MarketPath } from './market-path.ts';
import { ACTION_KINDS, FAULTS, MOMENTS, PLAIN_FAULTS, type ActionKind, type FaultKind } from './kinds.ts';
import { drawSpec } from './draw-spec.ts';

/** A fault strikes at the operation that follows `skip` others of its target, from the start of `candle` on. */
export interface PlannedFault {
  readonly candle: number;
  readonly kind: FaultKind;
  /** Prefix of the operation's name, like `orders.` or `broker.submit`; empty for any. */
  readonly target: string;
  readonly skip: number;
  /** Virtual duration of an outage or a delay, ms. */
  readonly ms: number;
}

/**
 * What a person, or somebody from outside, does from `candle` on: after an operation whose name begins with `after`, and
 * after `afterOperations` others.
 */
export interface PlannedAction {
  readonly candle: number;
  readonly kind: ActionKind;
  readonly after: string;
  readonly afterOperations: number;
  /** Picks a market, a strategy or an approval among those there are; 0..1. */
  readonly pick: number;
}

export interface PlannedStrategy {
  readonly hash: string;
  readonly symbol: string;
  readonly spec: StrategySpec;
  /** Trades on a paper account of its own. */
  readonly incubates?: boolean;
}

/** Everything that happens in one run, as data: a smaller plan is a smaller run. */
export interface Plan {
  readonly seed: number;
  readonly timeframe: Timeframe;
  /** What the venue offers: brackets, or plain orders and one position a market. */
  readonly profile: PaperProfile;
  /** Candles with faults; quiet ones follow, until the company must be at rest. */
  readonly candles: number;
  /** Whether large positions are allowed, so that drawdown limits are reached. */
  readonly isBold: boolean;
  readonly markets: readonly MarketPath[];
  readonly strategies: readonly PlannedStrategy[];
  readonly faults: readonly PlannedFault[];
  readonly actions: readonly PlannedAction[];
}

export const QUIET_CANDLES = 7;
export const HISTORY = 60;
const CANDLES = 85;
/** Every run has that many: after the faults it trades on, and must stay at rest. */
export const LEAST_CANDLES = 150;
/** A run with fewer orders goes on for a while without faults. */
export const LEAST_ORDERS = 10;
export const SPARE_CANDLES = 900;

/** Of the plans. */
const PLAIN_SHARE = 1 / 3;

const SYMBOLS = ['AAA-USD', 'BBB-USD', 'AAA-PERP'] as const;

function drawFaults(rng: Rng): readonly PlannedFault[] {
  const count = rng.integer(4, 16);
  return Array.from({ length: count }, () => {
    const { kind, targets } = rng.pick(FAULTS);
    const target = rng.pick(targets);
    // An order that cannot be sent for some candles must find its approval dead.
    const isLong = (kind === 'venue-down' && target === 'broker.submit') || rng.next() < 0.2;
    return {
      candle: rng.integer(1, CANDLES - 1),
      kind,
      target,
      skip: rng.next() < 0.4 ? 0 : rng.integer(0, 12),
      ms: isLong ? rng.integer(25_000, 150_000) : rng.integer(1, 25_000),
    };
  });
}

/** More of what harms a company that keeps its own protection. */
function drawPlainFaults(rng: Rng): readonly PlannedFault[] {
  return Array.from({ length: rng.integer(2, 6) }, () => {
    const { kind, targets } = rng.pick(PLAIN_FAULTS);
    return {
      candle: rng.integer(1, CANDLES - 1),
      kind,
      target: rng.pick(targets),
      skip: rng.next() < 0.4 ? 0 : rng.integer(0, 8),
      ms: rng.integer(1, 25_000),
    };
  });
}

/** Several strategies trade one market of a plain venue, and net there. */
function drawNetting(rng: Rng, isBold: boolean, incubates: boolean): readonly PlannedStrategy[] {
  const netted = rng.pick(SYMBOLS);
  const others = SYMBOLS.filter((symbol) => symbol !== netted);
  const together = rng.integer(2, 4);
  return Array.from({ length: together + rng.integer(0, 1) }, (_, i) => {
    const symbol = i < together ? netted : rng.pick(others);
    const spec = drawSpec(rng, symbol === 'AAA-PERP', isBold);
    return { hash: `strategy${i}`.padEnd(64, '0'), symbol, spec, incubates: incubates && i < 2 };
  });
}

/** Crashes in the middle of a flatten. */
function drawCrashes(rng: Rng, actions: readonly PlannedAction[]): readonly PlannedFault[] {
  return actions
    .filter(({ kind }) => kind.includes('flatten') && rng.next() < 0.5)
    .map(({ candle }) => ({
      candle,
      kind: rng.pick(['crash-before', 'crash-after'] as const),
      target: rng.pick(['broker.submit', 'broker.cancel', 'orders.', 'approvals.', 'intents.', 'queue.', 'alerts.']),
      skip: rng.integer(0, 3),
      ms: 0,
    }));
}

const drawMoment = (rng: Rng): Pick<PlannedAction, 'after' | 'afterOperations'> =>
  rng.next() < 0.3
    ? { after: '', afterOperations: rng.integer(0, 60) }
    : { after: rng.pick(MOMENTS), afterOperations: rng.next() < 0.6 ? 0 : rng.integer(0, 6) };

function drawActions(rng: Rng): readonly PlannedAction[] {
  const count = rng.integer(2, 8);
  const drawn = Array.from({ length: count }, () => ({
    candle: rng.integer(2, CANDLES - 6),
    kind: rng.pick(ACTION_KINDS),
    ...drawMoment(rng),
    pick: rng.next(),
  }));
  // Somebody resumes some candles after what bars entries, or nothing would happen for the rest of the run.
  const resumes = drawn
    .filter(({ kind }) => BARS_ENTRIES.has(kind))
    .map(({ candle }) => ({
      candle: candle + rng.integer(1, 12),
      kind: 'resume' as const,
      ...drawMoment(rng),
      pick: rng.next(),
    }));
  // And now and then anyway: every run is to trade until its end.
  const regular = [15, 32, 49, 66].map((candle) => ({
    candle: candle + rng.integer(0, 10),
    kind: 'resume' as const,
    ...drawMoment(rng),
    pick: rng.next(),
  }));
  return [...drawn, ...resumes, ...regular].sort((a, b) => a.candle - b.candle);
}

const BARS_ENTRIES: ReadonlySet<ActionKind> = new Set([
  'halt',
  'reduce',
  'flatten',
  'flatten-and-halt',
  'emergency',
  'emergency-flatten',
  'halt-after-a-frozen-resume',
]);

export function planOf(seed: number): Plan {
  const rng = createRng(`faults/${seed}`);
  const timeframe = rng.next() < 0.2 ? '1d' : '1h';
  const isBold = rng.next() < 0.5;
  const bars = HISTORY + CANDLES + QUIET_CANDLES;
  // Days and weeks begin at different places of the runs.
  const from = Date.UTC(2025, 0, 1 + rng.integer(0, 13), timeframe === '1d' ? 0 : rng.integer(0, 23));
  const markets = SYMBOLS.map((symbol, i) =>
    candlesOf(rng.fork(symbol), {
      symbol,
      timeframe,
      bars,
      spare: SPARE_CANDLES,
      from,
      missesCandles: i > 0,
      isRough: isBold,
    }),
  );
  const drawn = rng.fork('strategies');
  // Each account costs jobs: in some runs one strategy incubates, and with it what people add.
  const incubates = rng.fork('incubation').next() < 0.25;
  const isPlain = rng.fork('profile').next() < PLAIN_SHARE;
  const bracketed = Array.from({ length: drawn.integer(3, 5) }, (_, i) => {
    const symbol = SYMBOLS[i % SYMBOLS.length]!;
    const spec = drawSpec(drawn, symbol === 'AAA-PERP', isBold);
    return { hash: `strategy${i}`.padEnd(64, '0'), symbol, spec, incubates: incubates && i === 0 };
  });
  const actions = drawActions(rng.fork('actions'));
  const isQuiet = rng.next() < 0.05;
  const faults = isQuiet
    ? []
    : [
        ...drawFaults(rng.fork('faults')),
        ...drawCrashes(rng.fork('crashes'), actions),
        ...(isPlain ? drawPlainFaults(rng.fork('plain faults')) : []),
      ];
  return {
    seed,
    timeframe,
    profile: isPlain ? 'plain' : 'bracket',
    candles: CANDLES,
    isBold,
    markets,
    strategies: isPlain ? drawNetting(rng.fork('netting'), isBold, incubates) : bracketed,
    faults: faults.sort((a, b) => a.candle - b.candle),
    actions,
  };
}

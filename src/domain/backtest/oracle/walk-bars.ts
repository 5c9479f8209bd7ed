import { FLAGS, type Series } from '../../market/series.ts';
import { type CompiledRules } from '../../strategies/compile-rules.ts';
import { type StrategySpec } from '../../strategies/spec.ts';
import {
  feeOf,
  isRuin,
  liquidationFill,
  liquidationLevel,
  marketFill,
  outcomeOf,
  stopFill,
  targetFill,
} from '../fills.ts';
import {
  bracketOf,
  furthest,
  isStopTooNear,
  isTargetTooNear,
  offsetAmount,
  stopLevel,
  targetLevel,
  tighterStop,
} from '../../strategies/protection.ts';
import { affordableQuantity, committedShare, exceedsFunds, isBelowMinimum } from '../../strategies/sizing.ts';
import {
  REJECTED_SIGNAL_REASONS,
  type ExitReason,
  type FillModel,
  type RejectedSignalReason,
  type Simulation,
  type Trade,
  type Window,
} from '../result.ts';
import { entrySide, exitSide, type PositionSide } from '../../market/side.ts';

export interface Plan {
  readonly series: Series;
  readonly spec: StrategySpec;
  readonly model: FillModel;
  readonly window: Window;
  /** First bar whose close may give a signal. */
  readonly firstSignal: number;
  readonly rules: CompiledRules;
  readonly atr: (period: number) => Float64Array;
}

/** Which of stop and target fills when a bar touches both. */
export type AmbiguityRule = 'stop-first' | 'target-first';

interface OpenPosition {
  readonly entryBar: number;
  readonly entryPrice: number;
  readonly quantity: number;
  readonly entryFee: number;
  readonly fixedStop: number;
  /** NaN when there is none. */
  readonly target: number;
  /** Distance of the trailing stop, quote currency per base unit; NaN when there is none. */
  readonly trail: number;
  /** Price at which the account is insolvent; Infinity for a long. */
  readonly ruin: number;
  /** Best price for us over the bars closed since the entry. */
  extreme: number;
  /** The current stop: the tighter of the fixed and the trailing one. */
  stop: number;
}

/** Simulates the window once. States: flat | entry pending | open | open with an exit pending. */
export function walkBars(plan: Plan, ambiguityRule: AmbiguityRule): Omit<Simulation, 'bestCaseEquity'> {
  const { series, spec, model, window, rules } = plan;
  const { open, high, low, close, filled, time } = series;
  const { side } = spec;
  const { market } = model;
  const direction = side === 'long' ? 1 : -1;

  const trades: Trade[] = [];
  const equity = new Float64Array(window.to - window.from);
  const rejectedSignals = Object.fromEntries(REJECTED_SIGNAL_REASONS.map((reason) => [reason, 0])) as Record<
    RejectedSignalReason,
    number
  >;
  /** Cash while flat. During a position it keeps its value before the entry; fees and profit are added at the exit. */
  let cash = model.initialCash;
  let position: OpenPosition | null = null;
  /** Bar of the signal that waits for the next real open; -1 when there is none. */
  let entrySignal = -1;
  let pendingExit: 'signal' | 'max-hold' | null = null;
  let exposedBars = 0;

  const enter = (bar: number): OpenPosition | null => {
    const atrAt = (period: number): number => plan.atr(period)[entrySignal]!;
    const entryPrice = marketFill(entrySide(side), open[bar]!, model);
    const bracket = bracketOf(spec, atrAt);
    const stopDistance = offsetAmount(bracket.stop, entryPrice);
    const trail = bracket.trailing ? offsetAmount(bracket.trailing, entryPrice) : NaN;
    const targetDistance = bracket.target ? offsetAmount(bracket.target, entryPrice) : NaN;
    const isTooNear = (distance: number): boolean =>
      isStopTooNear(distance, entryPrice, market.tickSize, model.slippageRate);
    if (isTooNear(stopDistance) || (bracket.trailing && isTooNear(trail))) return reject('stop-too-near');
    if (spec.sizing.kind === 'volatility' && !(atrAt(spec.sizing.period) > 0)) return reject('stop-too-near');
    if (bracket.target && isTargetTooNear(targetDistance, market.tickSize)) return reject('target-too-near');
    const committed = cash * committedShare(spec.sizing, close[entrySignal]!, atrAt);
    const quantity = affordableQuantity(committed, entryPrice, market);
    const entryFee = feeOf(quantity, entryPrice, market.takerFeeRate);
    if (exceedsFunds(quantity * entryPrice + entryFee, cash)) return reject('insufficient-funds');
    if (isBelowMinimum(quantity, entryPrice, market)) return reject('below-minimum');
    const levelOf = (distance: number): number => stopLevel(side, entryPrice, distance, market.tickSize);
    const fixedStop = levelOf(stopDistance);
    return {
      entryBar: bar,
      entryPrice,
      quantity,
      entryFee,
      fixedStop,
      target: bracket.target ? targetLevel(side, entryPrice, targetDistance, market.tickSize) : NaN,
      trail,
      ruin: liquidationLevel(side, cash, entryPrice, quantity, entryFee),
      extreme: entryPrice,
      stop: Number.isNaN(trail) ? fixedStop : tighterStop(side, fixedStop, levelOf(trail)),
    };
  };

  const reject = (reason: RejectedSignalReason): null => {
    rejectedSignals[reason] += 1;
    return null;
  };

  /** Gain of the position at `price`, entry fee included. */
  const gainAt = (held: OpenPosition, price: number): number =>
    direction * (price - held.entryPrice) * held.quantity - held.entryFee;

  const leave = (
    held: OpenPosition,
    bar: number,
    quoted: number,
    feeRate: number,
    cause: ExitReason,
    ambiguous = false,
  ) => {
    let [price, reason] = [quoted, cause];
    let exitFee = feeOf(held.quantity, price, feeRate);
    let pnl = gainAt(held, price) - exitFee;
    // Rule 12: an exit that takes all of the cash is a liquidation, whatever triggered it. Nothing is left for its fee.
    const isRuined = side === 'short' && reason !== 'end-of-data' && isRuin(pnl, cash);
    if (reason === 'liquidation' || isRuined) {
      [price, reason] = [liquidationFill(held.ruin, market.tickSize), 'liquidation'];
      exitFee = 0;
      pnl = -cash;
    }
    pnl = Math.max(-cash, pnl);
    cash += pnl;
    trades.push({
      side,
      entryTime: time[held.entryBar]!,
      entryPrice: held.entryPrice,
      exitTime: time[bar]!,
      exitPrice: price,
      quantity: held.quantity,
      fees: held.entryFee + exitFee,
      pnl,
      reason,
      ambiguous,
    });
    position = null;
    pendingExit = null;
  };

  const leaveInside = (held: OpenPosition, bar: number): void => {
    const isRuinFirst = side === 'short' && held.ruin <= held.stop;
    const stop = isRuinFirst ? held.ruin : held.stop;
    const outcome = outcomeOf(side, stop, held.target, open[bar]!, high[bar]!, low[bar]!);
    if (outcome === 'none') return;
    const ambiguous = outcome === 'ambiguous';
    if (outcome === 'target' || (ambiguous && ambiguityRule === 'target-first')) {
      const price = targetFill(side, held.target, open[bar]!, model);
      leave(held, bar, price, market.makerFeeRate, 'target', ambiguous);
    } else if (isRuinFirst) {
      leave(held, bar, held.ruin, market.takerFeeRate, 'liquidation', ambiguous);
    } else {
      const reason = held.stop === held.fixedStop ? 'stop' : 'trailing-stop';
      const price = stopFill(side, held.stop, open[bar]!, high[bar]! - low[bar]!, model);
      leave(held, bar, price, market.takerFeeRate, reason, ambiguous);
    }
  };

  for (let bar = window.from; bar < window.to; bar += 1) {
    if (filled[bar] === 0) {
      // (a) at the open
      if (entrySignal >= 0) {
        position = enter(bar);
        entrySignal = -1;
      } else if (position !== null && pendingExit !== null) {
        leave(position, bar, marketFill(exitSide(side), open[bar]!, model), market.takerFeeRate, pendingExit);
      }
      // (b) inside the bar, including a gapped stop
      if (position !== null) leaveInside(position, bar);
      if (position !== null && !Number.isNaN(position.trail))
        ratchet(position, side, high[bar]!, low[bar]!, market.tickSize);
    }
    // (c) at the close
    if (position !== null) {
      exposedBars += 1;
      equity[bar - window.from] = cash + gainAt(position, close[bar]!);
      if (filled[bar] === 0 && rules.exit(bar)) pendingExit ??= 'signal';
      else if (bar - position.entryBar + 1 >= (spec.maxHoldBars ?? Infinity)) pendingExit ??= 'max-hold';
    } else {
      equity[bar - window.from] = cash;
      if (entrySignal < 0 && bar >= plan.firstSignal && rules.entry(bar)) {
        if (filled[bar] !== FLAGS.real) reject('filled-bar');
        else entrySignal = bar;
      }
    }
  }
  if (entrySignal >= 0) reject('last-bar');
  if (position !== null) {
    const last = window.to - 1;
    leave(position, last, marketFill(exitSide(side), close[last]!, model), market.takerFeeRate, 'end-of-data');
    equity[last - window.from] = cash;
  }
  return { trades, equity, exposedBars, rejectedSignals };
}

/** Rule 6: the trailing stop follows a bar's extreme after the bar has closed, and never moves back. */
function ratchet(position: OpenPosition, side: PositionSide, high: number, low: number, tickSize: number): void {
  const extreme = furthest(side, position.extreme, high, low);
  if (extreme === position.extreme) return;
  position.extreme = extreme;
  position.stop = tighterStop(side, position.stop, stopLevel(side, extreme, position.trail, tickSize));
}

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
import { isStopTooNear, isTargetTooNear, stopLevel, targetLevel } from '../../strategies/protection.ts';
import { affordableQuantity, exceedsFunds, isBelowMinimum } from '../../strategies/sizing.ts';
import { type AmbiguityRule } from '../oracle/walk-bars.ts';
import { isSet, nextSet } from './bitmap.ts';
import { distanceAt, type EnginePlan } from './engine-plan.ts';
import { findTouch, findTrailingTouch, type Trail } from './find-touch.ts';
import { grow, REASON_CODES, rewind, type TradeTape } from './trade-tape.ts';
import { entrySide, exitSide } from '../../market/side.ts';

/**
 * Computes the trades of a plan, bit for bit equal to those of `walkBars`, without walking bar by bar. It jumps from
 * signal to signal with the rule bitmaps, and from entry to exit past the blocks that reach neither stop nor target.
 * Prices and sizes come from the same fill functions.
 */
export function play(plan: EnginePlan, ambiguityRule: AmbiguityRule, tape: TradeTape): void {
  const { dataset, spec, model, window, entry, exit } = plan;
  const { open, close } = dataset.series;
  const { real } = dataset;
  const { side, sizing } = spec;
  const { market } = model;
  const { to } = window;
  const { takerFeeRate, makerFeeRate, tickSize } = market;
  const direction = side === 'long' ? 1 : -1;
  const buySide = entrySide(side);
  const sellSide = exitSide(side);
  const reach = dataset.reach(side);
  const maxHold = spec.maxHoldBars ?? Infinity;
  const trail: Trail = { extreme: 0 };
  const { slippageRate } = model;
  const isShort = side === 'short';
  let distance = 0;
  const trailingLevel = (extreme: number): number =>
    direction * stopLevel(side, direction * extreme, distance, tickSize);

  rewind(tape);
  let cash = model.initialCash;
  let bar = plan.firstSignal;
  for (;;) {
    const signal = nextSet(entry, bar, to);
    if (signal >= to) break;
    if (!isSet(real, signal)) {
      tape.rejected['filled-bar'] += 1;
      bar = signal + 1;
      continue;
    }
    const entryBar = nextSet(real, signal + 1, to);
    if (entryBar >= to) {
      tape.rejected['last-bar'] += 1;
      break;
    }

    const entryPrice = marketFill(buySide, open[entryBar]!, model);
    const stopDistance = distanceAt(plan.stop, entryPrice, signal);
    const targetDistance = plan.target === null ? NaN : distanceAt(plan.target, entryPrice, signal);
    if (plan.trailing !== null) distance = distanceAt(plan.trailing, entryPrice, signal);
    if (
      isStopTooNear(stopDistance, entryPrice, tickSize, slippageRate) ||
      (plan.trailing !== null && isStopTooNear(distance, entryPrice, tickSize, slippageRate)) ||
      (plan.sizingAtr !== null && !(plan.sizingAtr[signal]! > 0))
    ) {
      tape.rejected['stop-too-near'] += 1;
      bar = entryBar;
      continue;
    }
    if (plan.target !== null && isTargetTooNear(targetDistance, tickSize)) {
      tape.rejected['target-too-near'] += 1;
      bar = entryBar;
      continue;
    }
    // Same as `committedShare`, with the ATR column already resolved.
    const share =
      sizing.kind === 'fraction'
        ? sizing.fraction
        : Math.min(sizing.cap, (sizing.risk * close[signal]!) / plan.sizingAtr![signal]!);
    const quantity = affordableQuantity(cash * share, entryPrice, market);
    const entryFee = feeOf(quantity, entryPrice, takerFeeRate);
    if (exceedsFunds(quantity * entryPrice + entryFee, cash)) {
      tape.rejected['insufficient-funds'] += 1;
      bar = entryBar;
      continue;
    }
    if (isBelowMinimum(quantity, entryPrice, market)) {
      tape.rejected['below-minimum'] += 1;
      bar = entryBar;
      continue;
    }

    const fixedStop = stopLevel(side, entryPrice, stopDistance, tickSize);
    const target = plan.target === null ? NaN : targetLevel(side, entryPrice, targetDistance, tickSize);
    // A short that is ruined before it reaches its stop leaves where it is ruined, as by a stop.
    const ruin = liquidationLevel(side, cash, entryPrice, quantity, entryFee);
    const outer = isShort && ruin <= fixedStop ? ruin : fixedStop;

    // Exit by rule or holding time: decided at the close of `end`, filled at the next real open.
    const exitSignal = exit === null ? to : nextSet(exit, entryBar, to);
    const end = Math.min(exitSignal, entryBar + maxHold - 1);
    const leaveBar = end < to ? nextSet(real, end + 1, to) : to;

    let stop = outer;
    let touch: number;
    if (plan.trailing === null) {
      touch = findTouch(reach, direction * outer, direction * target, entryBar, leaveBar);
    } else {
      trail.extreme = direction * entryPrice;
      touch = findTrailingTouch(
        reach,
        direction * outer,
        direction * target,
        distance,
        trailingLevel,
        trail,
        entryBar,
        leaveBar,
      );
      if (touch < leaveBar) stop = direction * Math.max(direction * outer, trailingLevel(trail.extreme));
    }

    let exitBar: number;
    let exitPrice: number;
    let reason: number;
    let feeRate = takerFeeRate;
    let isAmbiguous = 0;
    if (touch < leaveBar) {
      exitBar = touch;
      // Read high and low from `reach`, which the search has just loaded into the CPU cache.
      const against = direction * reach.bars[2 * touch]!;
      const inFavour = direction * reach.bars[2 * touch + 1]!;
      const outcome = outcomeOf(
        side,
        stop,
        target,
        open[touch]!,
        direction === 1 ? inFavour : against,
        direction === 1 ? against : inFavour,
      );
      isAmbiguous = outcome === 'ambiguous' ? 1 : 0;
      if (outcome === 'target' || (isAmbiguous === 1 && ambiguityRule === 'target-first')) {
        exitPrice = targetFill(side, target, open[touch]!, model);
        feeRate = makerFeeRate;
        reason = REASON_CODES.target;
      } else {
        exitPrice = stopFill(side, stop, open[touch]!, direction * (inFavour - against), model);
        reason =
          isShort && stop === ruin
            ? REASON_CODES.liquidation
            : stop === fixedStop
              ? REASON_CODES.stop
              : REASON_CODES['trailing-stop'];
      }
    } else if (leaveBar < to) {
      exitBar = leaveBar;
      exitPrice = marketFill(sellSide, open[leaveBar]!, model);
      reason = exitSignal === end ? REASON_CODES.signal : REASON_CODES['max-hold'];
    } else {
      exitBar = to - 1;
      exitPrice = marketFill(sellSide, close[exitBar]!, model);
      reason = REASON_CODES['end-of-data'];
    }

    let exitFee = feeOf(quantity, exitPrice, feeRate);
    let pnl = direction * (exitPrice - entryPrice) * quantity - entryFee - exitFee;
    if (
      isShort &&
      reason !== REASON_CODES['end-of-data'] &&
      (reason === REASON_CODES.liquidation || isRuin(pnl, cash))
    ) {
      exitPrice = liquidationFill(ruin, tickSize);
      reason = REASON_CODES.liquidation;
      exitFee = 0;
      pnl = -cash;
    }
    if (pnl < -cash) pnl = -cash;
    cash += pnl;
    const n = tape.count;
    if (n === tape.entryBar.length) grow(tape);
    tape.entryBar[n] = entryBar;
    tape.exitBar[n] = exitBar;
    tape.entryPrice[n] = entryPrice;
    tape.exitPrice[n] = exitPrice;
    tape.quantity[n] = quantity;
    tape.entryFee[n] = entryFee;
    tape.exitFee[n] = exitFee;
    tape.pnl[n] = pnl;
    tape.reason[n] = reason;
    tape.ambiguous[n] = isAmbiguous;
    tape.count = n + 1;
    if (reason === REASON_CODES['end-of-data']) break;
    bar = exitBar;
  }
  tape.finalCash = cash;
}

import { type EncodedGenome } from '../genomes/encode-genome.ts';
import { type WorkerDataset } from './dataset.ts';
import { CLOSE, LOW, ROW } from './exit-levels.ts';
import { findExit, STOP, TARGET, TRAIL } from './find-exit.ts';
import {
  LARGEST_BALANCE,
  LARGEST_TRADE,
  LIQUIDATION_FEE,
  LIQUIDATION_SHARE,
  OPENING_BALANCE,
  resultOf,
  SMALLEST_MARGIN,
  TRAILING_SHARE,
  WARMUP_BARS,
  type EngineResult,
  type EngineWindow,
} from './engine-result.ts';
import { nextSignal } from './rule-bitmap.ts';
import { slippage } from './slippage.ts';
import { type WorkerTerms } from './terms.ts';

/** Offsets of a position slot in `slots`. */
const ENTRY = 0;
const MARGIN = 1;
const NOTIONAL = 2;
const FEE = 3;
const LEVEL = 4;
const IS_LIQUIDATED = 5;
const SLOT = 8;

const slots = new Float64Array(2 * SLOT);
const protection = new Float64Array(3);

/** Exit bar of an unused slot: beyond any bar. */
const FREE = 0x3fff_ffff;

/**
 * Same result as `runLiterally`, bit for bit, without visiting most bars. It moves from event to event: the next signal
 * is the next set bit of the rule bitmaps, and the exit bar of a position is computed at its entry, because it depends
 * on prices alone.
 */
export function runFast(
  dataset: WorkerDataset,
  genome: EncodedGenome,
  terms: WorkerTerms,
  { from, to }: EngineWindow,
): EngineResult {
  const { rules, side, leverage, maxPositions, size } = genome;
  const levels = dataset.exitLevels(side);
  const { bars } = levels;
  const direction = side === 'long' ? 1 : -1;
  const reach = LIQUIDATION_SHARE / leverage;
  const stopFactor = 1 - direction * genome.stop;
  const targetFactor = 1 + direction * genome.target;
  const liquidationFactor = 1 - direction * reach;
  const { feeRate, fundingRate } = terms;
  const interval = fundingRate > 0 ? terms.fundingInterval : 0;
  const first = rules[0] ? dataset.bitmap(rules[0]) : null;
  const second = rules[1] ? dataset.bitmap(rules[1]) : first;
  const third = rules[2] ? dataset.bitmap(rules[2]) : first;

  let balance = OPENING_BALANCE;
  let peak = OPENING_BALANCE;
  let pnl = 0;
  let trades = 0;
  let wins = 0;
  let returns = 0;
  let squaredReturns = 0;
  let maxDrawdown = 0;

  let open = 0;
  let exit0 = FREE;
  let exit1 = FREE;
  let next = from + WARMUP_BARS;
  let funding = 0;
  if (first === null || second === null || third === null) next = FREE;

  for (;;) {
    const exit = exit0 < exit1 ? exit0 : exit1;
    const until = exit < to ? exit : to;
    const signal = open < maxPositions && next < until ? nextSignal(first!, second!, third!, next, until) : until;
    const isEntry = signal < until;
    const bar = isEntry || signal < to ? signal : to - 1;

    if (interval > 0 && open > 0) {
      for (; funding <= bar; funding += interval) {
        for (let slot = 0; slot < 2; slot += 1) {
          if ((slot === 0 ? exit0 : exit1) === FREE) continue;
          const cost = slots[slot * SLOT + NOTIONAL]! * fundingRate;
          balance -= cost;
          pnl -= cost;
          if (balance > 0) continue;
          if (slot === 0) exit0 = FREE;
          else exit1 = FREE;
          open -= 1;
          trades += 1;
          balance = 0;
        }
      }
    }

    if (isEntry) {
      const scaled = balance * size;
      const margin = scaled < LARGEST_TRADE ? scaled : LARGEST_TRADE;
      if (margin < SMALLEST_MARGIN) {
        // Only an exit can raise the balance.
        if (open === 0) break;
        next = until;
        continue;
      }
      next = signal + 1;
      const notional = leverage > 1 ? margin * leverage : margin;
      const fee = notional * feeRate;
      if (balance < margin + fee) continue;
      balance -= margin + fee;
      const close = direction * bars[bar * ROW + CLOSE]!;
      const entry = close + direction * slippage(close, notional, bar - from);
      const stop = entry * stopFactor;
      const liquidation = leverage > 1 ? direction * (entry * liquidationFactor) : -Infinity;
      protection[STOP] = Math.max(direction * stop, liquidation);
      protection[TARGET] = direction * (entry * targetFactor);
      protection[TRAIL] = TRAILING_SHARE * Math.abs(entry - stop);
      const left = findExit(levels, protection, next, to);

      const at = exit0 === FREE ? 0 : SLOT;
      slots[at + ENTRY] = entry;
      slots[at + MARGIN] = margin;
      slots[at + NOTIONAL] = notional;
      slots[at + FEE] = fee;
      if (left < to) {
        const low = bars[left * ROW + LOW]!;
        slots[at + LEVEL] = direction * (low <= protection[STOP] ? protection[STOP] : protection[TARGET]);
        slots[at + IS_LIQUIDATED] = low <= liquidation ? 1 : 0;
      } else {
        slots[at + LEVEL] = direction * bars[(to - 1) * ROW + CLOSE]!;
        slots[at + IS_LIQUIDATED] = 0;
      }
      if (interval > 0 && open === 0) funding = from + (Math.floor((bar - from) / interval) + 1) * interval;
      if (at === 0) exit0 = left;
      else exit1 = left;
      open += 1;
      continue;
    }

    for (let slot = 0; slot < 2; slot += 1) {
      if ((slot === 0 ? exit0 : exit1) !== until) continue;
      if (slot === 0) exit0 = FREE;
      else exit1 = FREE;
      open -= 1;
      trades += 1;
      const at = slot * SLOT;
      const margin = slots[at + MARGIN]!;
      if (slots[at + IS_LIQUIDATED] === 1) {
        balance = Math.max(0, balance - LIQUIDATION_FEE * margin);
        pnl -= margin;
        returns -= 1;
        squaredReturns += 1;
      } else {
        const raw = slots[at + LEVEL]!;
        const entry = slots[at + ENTRY]!;
        const notional = slots[at + NOTIONAL]!;
        const fee = slots[at + FEE]!;
        const price = raw - direction * slippage(raw, notional, bar - from);
        const profit = ((direction * (price - entry)) / entry) * notional - fee - fee;
        balance = Math.min(Math.max(balance + (margin + profit), 0), LARGEST_BALANCE);
        const byMargin = Math.min(Math.max(profit, -margin), margin);
        const counted = Math.min(Math.max(byMargin, -LARGEST_TRADE), LARGEST_TRADE);
        pnl += counted;
        if (counted > 0) wins += 1;
        const gain = counted / margin;
        returns += gain;
        squaredReturns += gain * gain;
        if (balance > peak) peak = balance;
      }
      const drawdown = (peak - balance) / peak;
      if (drawdown > maxDrawdown) maxDrawdown = drawdown;
    }
    if (until >= to) break;
    if (next < until) next = until;
  }
  return resultOf({ pnl, trades, wins, returns, squaredReturns, maxDrawdown });
}

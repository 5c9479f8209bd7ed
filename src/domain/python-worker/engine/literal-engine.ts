import { type EncodedGenome, type EncodedOperand } from '../genomes/encode-genome.ts';
import { type WorkerDataset } from './dataset.ts';
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
import { slippage } from './slippage.ts';
import { type WorkerTerms } from './terms.ts';

interface Slot {
  readonly entry: number;
  readonly margin: number;
  readonly notional: number;
  readonly fee: number;
  readonly target: number;
  readonly trail: number;
  /** NaN without leverage. */
  readonly liquidation: number;
  stop: number;
}

const SLOTS = [0, 1] as const;

/**
 * The Python workers' engine, bar by bar, as docs/coordinator-protocol.md#the-worker-engine describes it. It is not realistic:
 * fills at the signal's own close, no gaps, the entry fee charged to the balance twice. It is the reference for the
 * fast engine.
 */
export function runLiterally(
  dataset: WorkerDataset,
  genome: EncodedGenome,
  terms: WorkerTerms,
  { from, to }: EngineWindow,
): EngineResult {
  const { close, high, low } = dataset.columns;
  const { leverage, maxPositions } = genome;
  const isLong = genome.side === 'long';
  const direction = isLong ? 1 : -1;
  const rules = genome.rules.map(({ left, isAbove, right }) => {
    const [a, b] = [reader(dataset, left), reader(dataset, right)];
    return isAbove ? (bar: number) => a(bar) > b(bar) : (bar: number) => a(bar) < b(bar);
  });

  const signals = (bar: number): boolean => {
    for (const holds of rules) if (!holds(bar)) return false;
    return rules.length > 0;
  };

  const slots: [Slot | null, Slot | null] = [null, null];
  let balance = OPENING_BALANCE;
  let peak = OPENING_BALANCE;
  let pnl = 0;
  let trades = 0;
  let wins = 0;
  let returns = 0;
  let squaredReturns = 0;
  let maxDrawdown = 0;

  const noteDrawdown = (): void => {
    maxDrawdown = Math.max(maxDrawdown, (peak - balance) / peak);
  };

  const payFunding = (): void => {
    for (const i of SLOTS) {
      const slot = slots[i];
      if (!slot) continue;
      const cost = slot.notional * terms.fundingRate;
      balance -= cost;
      pnl -= cost;
      if (balance > 0) continue;
      slots[i] = null;
      trades += 1;
      balance = 0;
    }
  };

  const liquidate = ({ margin }: Slot): void => {
    balance = Math.max(0, balance - LIQUIDATION_FEE * margin);
    trades += 1;
    pnl -= margin;
    returns += -1;
    squaredReturns += 1;
    noteDrawdown();
  };

  const leave = ({ entry, margin, notional, fee }: Slot, raw: number, index: number): void => {
    const price = raw - direction * slippage(raw, notional, index);
    const change = direction * (price - entry);
    const profit = (change / entry) * notional - fee - fee;
    balance = Math.min(Math.max(balance + (margin + profit), 0), LARGEST_BALANCE);
    const byMargin = Math.min(Math.max(profit, -margin), margin);
    const counted = Math.min(Math.max(byMargin, -LARGEST_TRADE), LARGEST_TRADE);
    pnl += counted;
    trades += 1;
    if (counted > 0) wins += 1;
    const gain = counted / margin;
    returns += gain;
    squaredReturns += gain * gain;
    peak = Math.max(peak, balance);
    noteDrawdown();
  };

  /**
   * Tests liquidation, then the stop (moved by this bar's close first), then the target. Returns true when the position
   * is closed.
   */
  const exits = (slot: Slot, bar: number): boolean => {
    const [c, h, l] = [close[bar]!, high[bar]!, low[bar]!];
    if (isLong ? l <= slot.liquidation : h >= slot.liquidation) {
      liquidate(slot);
      return true;
    }
    slot.stop = isLong ? Math.max(slot.stop, c - slot.trail) : Math.min(slot.stop, c + slot.trail);
    if (isLong ? l <= slot.stop : h >= slot.stop) leave(slot, slot.stop, bar - from);
    else if (isLong ? h >= slot.target : l <= slot.target) leave(slot, slot.target, bar - from);
    else return false;
    return true;
  };

  const enter = (bar: number): void => {
    const margin = Math.min(balance * genome.size, LARGEST_TRADE);
    if (margin < SMALLEST_MARGIN) return;
    const notional = leverage > 1 ? margin * leverage : margin;
    const fee = notional * terms.feeRate;
    if (balance < margin + fee) return;
    const c = close[bar]!;
    const entry = c + direction * slippage(c, notional, bar - from);
    const stop = isLong ? entry * (1 - genome.stop) : entry * (1 + genome.stop);
    const target = isLong ? entry * (1 + genome.target) : entry * (1 - genome.target);
    const reach = LIQUIDATION_SHARE / leverage;
    const liquidation = leverage > 1 ? entry * (isLong ? 1 - reach : 1 + reach) : NaN;
    balance -= margin + fee;
    const slot = {
      entry,
      margin,
      notional,
      fee,
      target,
      trail: TRAILING_SHARE * Math.abs(entry - stop),
      liquidation,
      stop,
    };
    slots[slots[0] ? 1 : 0] = slot;
  };

  const openSlots = (): number => (slots[0] ? 1 : 0) + (slots[1] ? 1 : 0);
  const hasFunding = terms.fundingRate > 0 && terms.fundingInterval > 0;

  for (let bar = from + WARMUP_BARS; bar < to; bar += 1) {
    if (hasFunding && (bar - from) % terms.fundingInterval === 0) payFunding();
    for (const i of SLOTS) if (slots[i] && exits(slots[i], bar)) slots[i] = null;
    if (openSlots() < maxPositions && balance > 0 && signals(bar)) enter(bar);
  }
  for (const slot of slots) if (slot) leave(slot, close[to - 1]!, to - 1 - from);
  return resultOf({ pnl, trades, wins, returns, squaredReturns, maxDrawdown });
}

function reader(dataset: WorkerDataset, operand: EncodedOperand): (bar: number) => number {
  const values = dataset.operand(operand);
  return typeof values === 'number' ? () => values : (bar) => values[bar]!;
}

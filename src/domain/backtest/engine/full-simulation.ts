import { EXIT_REASONS, type Simulation, type Trade } from '../result.ts';
import { type EnginePlan } from './engine-plan.ts';
import { markAll } from './mark-to-market.ts';
import { heldBars } from './measure-tape.ts';
import { type TradeTape } from './trade-tape.ts';

/** Builds trade list, rejected signals and the equity at every close from a plan's tape. */
export function fullSimulation(
  plan: EnginePlan,
  tape: TradeTape,
  equity: Float64Array,
): Omit<Simulation, 'bestCaseEquity'> {
  const { time, close } = plan.dataset.series;
  const { from } = plan.window;
  const { side } = plan.spec;
  const direction = side === 'long' ? 1 : -1;
  const trades: Trade[] = [];
  let cash = plan.model.initialCash;
  let exposedBars = 0;
  let bar = from;
  for (let n = 0; n < tape.count; n += 1) {
    const entryBar = tape.entryBar[n]!;
    const exitBar = tape.exitBar[n]!;
    const entryPrice = tape.entryPrice[n]!;
    const quantity = tape.quantity[n]!;
    const entryFee = tape.entryFee[n]!;
    equity.fill(cash, bar - from, entryBar - from);
    const held = equity.subarray(entryBar - from, exitBar - from);
    markAll(held, close.subarray(entryBar, exitBar), cash, direction, entryPrice, quantity, entryFee);
    cash += tape.pnl[n]!;
    bar = exitBar;
    exposedBars += heldBars(entryBar, exitBar, tape.reason[n]!);
    trades.push({
      side,
      entryTime: time[entryBar]!,
      entryPrice,
      exitTime: time[exitBar]!,
      exitPrice: tape.exitPrice[n]!,
      quantity,
      fees: entryFee + tape.exitFee[n]!,
      pnl: tape.pnl[n]!,
      reason: EXIT_REASONS[tape.reason[n]!]!,
      ambiguous: tape.ambiguous[n] === 1,
    });
  }
  equity.fill(cash, bar - from);
  return { trades, equity, exposedBars, rejectedSignals: { ...tape.rejected } };
}

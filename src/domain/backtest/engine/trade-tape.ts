import { type ExitReason, type RejectedSignalReason } from '../result.ts';

/** Trades of one simulation as columns; the first `count` entries are valid. The next simulation reuses it. */
export interface TradeTape {
  count: number;
  /** Bars in which entry and exit filled. */
  entryBar: Int32Array;
  exitBar: Int32Array;
  entryPrice: Float64Array;
  exitPrice: Float64Array;
  quantity: Float64Array;
  entryFee: Float64Array;
  exitFee: Float64Array;
  pnl: Float64Array;
  /** Index into EXIT_REASONS. */
  reason: Uint8Array;
  ambiguous: Uint8Array;
  readonly rejected: Record<RejectedSignalReason, number>;
  /** Cash after the last trade, quote currency. */
  finalCash: number;
}

const FIRST_CAPACITY = 256;

export function createTradeTape(): TradeTape {
  return {
    count: 0,
    entryBar: new Int32Array(FIRST_CAPACITY),
    exitBar: new Int32Array(FIRST_CAPACITY),
    entryPrice: new Float64Array(FIRST_CAPACITY),
    exitPrice: new Float64Array(FIRST_CAPACITY),
    quantity: new Float64Array(FIRST_CAPACITY),
    entryFee: new Float64Array(FIRST_CAPACITY),
    exitFee: new Float64Array(FIRST_CAPACITY),
    pnl: new Float64Array(FIRST_CAPACITY),
    reason: new Uint8Array(FIRST_CAPACITY),
    ambiguous: new Uint8Array(FIRST_CAPACITY),
    rejected: {
      'below-minimum': 0,
      'insufficient-funds': 0,
      'filled-bar': 0,
      'last-bar': 0,
      'stop-too-near': 0,
      'target-too-near': 0,
    },
    finalCash: 0,
  };
}

export function rewind(tape: TradeTape): void {
  tape.count = 0;
  tape.rejected['below-minimum'] = 0;
  tape.rejected['insufficient-funds'] = 0;
  tape.rejected['filled-bar'] = 0;
  tape.rejected['last-bar'] = 0;
  tape.rejected['stop-too-near'] = 0;
  tape.rejected['target-too-near'] = 0;
}

/** Doubles the capacity and keeps the trades. */
export function grow(tape: TradeTape): void {
  const longer = <C extends Int32Array | Float64Array | Uint8Array>(column: C, copy: C): C => {
    copy.set(column);
    return copy;
  };
  const capacity = 2 * tape.entryBar.length;
  tape.entryBar = longer(tape.entryBar, new Int32Array(capacity));
  tape.exitBar = longer(tape.exitBar, new Int32Array(capacity));
  tape.entryPrice = longer(tape.entryPrice, new Float64Array(capacity));
  tape.exitPrice = longer(tape.exitPrice, new Float64Array(capacity));
  tape.quantity = longer(tape.quantity, new Float64Array(capacity));
  tape.entryFee = longer(tape.entryFee, new Float64Array(capacity));
  tape.exitFee = longer(tape.exitFee, new Float64Array(capacity));
  tape.pnl = longer(tape.pnl, new Float64Array(capacity));
  tape.reason = longer(tape.reason, new Uint8Array(capacity));
  tape.ambiguous = longer(tape.ambiguous, new Uint8Array(capacity));
}

/** Codes of `reason`. */
export const REASON_CODES: Readonly<Record<ExitReason, number>> = {
  stop: 0,
  target: 1,
  'trailing-stop': 2,
  signal: 3,
  'max-hold': 4,
  'end-of-data': 5,
  liquidation: 6,
};

import { type ReportedFields } from './reported-fields.ts';

/** Fields that must be equal for the same genome on the same candles. Names as on the wire. */
export const COMPARED_FIELDS = [
  'pnl',
  'trades',
  'win_rate',
  'sharpe_ratio',
  'max_drawdown',
  'oos_pnl',
  'oos_trades',
  'oos_win_rate',
  'oos_sharpe',
  'oos_max_dd',
  'oos_degradation',
  'robustness_score',
  'is_overfitted',
  'actual_candles',
  'train_candles',
  'test_candles',
] as const satisfies readonly (keyof ReportedFields)[];

export type ComparedFields = Pick<ReportedFields, (typeof COMPARED_FIELDS)[number]>;

/** They depend only on the candle file and the unit: other counts mean another file. */
const COUNTS = ['actual_candles', 'train_candles', 'test_candles'] as const satisfies readonly (keyof ComparedFields)[];

/**
 * What a report shows about the worker's copy of a candle file. `other-candles`: it used another number of candles than
 * we did, so its figures cannot be compared. `disagrees`: as many candles, and other figures.
 */
export type Finding = 'agrees' | 'disagrees' | 'other-candles';

export interface Comparison {
  readonly finding: Finding;
  /** The differences as text: `pnl is 12.5, 11 was computed`; empty when there are none. */
  readonly note: string;
}

/**
 * Compares a report with the result computed here for the same genome, or with another answer. Exact, without tolerance,
 * because all sides implement the same engine.
 * @param origin of the other figures, for the note
 */
export function compareReport(
  reported: ComparedFields,
  other: ComparedFields,
  origin: 'was computed' | 'was reported before' = 'was computed',
): Comparison {
  const differencesIn = (names: readonly (keyof ComparedFields)[]): string =>
    names
      .filter((name) => reported[name] !== other[name])
      .map((name) => `${name} is ${String(reported[name])}, ${String(other[name])} ${origin}`)
      .join('; ');
  const counts = differencesIn(COUNTS);
  if (counts !== '') return { finding: 'other-candles', note: counts };
  const note = differencesIn(COMPARED_FIELDS);
  return { finding: note === '' ? 'agrees' : 'disagrees', note };
}

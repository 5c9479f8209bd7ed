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

/**
 * Fields in which a report differs from the computed result, as text: `pnl is 12.5, 11 was computed`. Exact comparison
 * without tolerance, because both sides implement the same engine.
 */
export function differencesOf(reported: ComparedFields, computed: ComparedFields): readonly string[] {
  return COMPARED_FIELDS.filter((name) => reported[name] !== computed[name]).map(
    (name) => `${name} is ${String(reported[name])}, ${String(computed[name])} was computed`,
  );
}

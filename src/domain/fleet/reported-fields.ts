import { canonicalJson } from '../identity/canonical-json.ts';
import { sha256 } from '../identity/sha256.ts';

/**
 * Fields of a worker's report, named as on the wire (docs/coordinator-protocol.md#report-fields). Fractions are 0..1,
 * money is USD on an account of $500, times are seconds.
 */
export interface ReportedFields {
  readonly pnl: number;
  readonly trades: number;
  readonly win_rate: number;
  /** A t-statistic, not annualised. */
  readonly sharpe_ratio: number;
  readonly max_drawdown: number;
  readonly execution_time: number;
  /** JSON text. */
  readonly strategy_genome: string | null;
  readonly oos_pnl: number;
  readonly oos_trades: number;
  readonly oos_win_rate: number;
  readonly oos_sharpe: number;
  readonly oos_max_dd: number;
  /** 1 - oos_pnl / pnl: may be far below 0 or above 1. */
  readonly oos_degradation: number;
  /** 0..100 */
  readonly robustness_score: number;
  readonly is_overfitted: boolean;
  readonly cv_folds: number;
  readonly cv_avg_pnl: number;
  readonly cv_consistency: number;
  readonly cv_is_consistent: boolean;
  readonly actual_candles: number;
  readonly train_candles: number;
  readonly test_candles: number;
}
export type FieldName = keyof ReportedFields;

/** Returns the fault of a number, or null. */
type Check = (value: number) => string | null;

const LARGEST = 1e12;
const finite: Check = (value) => (Math.abs(value) <= LARGEST ? null : `is beyond ${LARGEST}`);
const within =
  (low: number, high: number): Check =>
  (value) =>
    value >= low && value <= high ? null : `is not between ${low} and ${high}`;
const fraction = within(0, 1);
const count: Check = (value) => (Number.isInteger(value) && value >= 0 && value <= LARGEST ? null : 'is not a count');

const NUMBERS: Readonly<Record<NumberField, Check>> = {
  pnl: finite,
  trades: count,
  win_rate: fraction,
  sharpe_ratio: finite,
  max_drawdown: fraction,
  execution_time: within(0, LARGEST),
  oos_pnl: finite,
  oos_trades: count,
  oos_win_rate: fraction,
  oos_sharpe: finite,
  oos_max_dd: fraction,
  oos_degradation: finite,
  robustness_score: within(0, 100),
  cv_folds: count,
  cv_avg_pnl: finite,
  cv_consistency: finite,
  actual_candles: count,
  train_candles: count,
  test_candles: count,
};
const FLAGS = ['is_overfitted', 'cv_is_consistent'] as const;
type FlagField = (typeof FLAGS)[number];
type NumberField = Exclude<FieldName, FlagField | 'strategy_genome'>;

export const FIELD_NAMES: readonly FieldName[] = [
  ...(Object.keys(NUMBERS) as NumberField[]),
  ...FLAGS,
  'strategy_genome',
];

const LONGEST_GENOME = 100_000;

/** Python truthiness, as the Python coordinator applies it: the text "false" is true. */
function truthOf(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function genomeOf(value: unknown): { readonly genome: string | null; readonly fault: string | null } {
  if (value === undefined || value === null) return { genome: null, fault: null };
  // Some workers send the genome as an object instead of JSON text.
  const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : '';
  if (text.length > LONGEST_GENOME) return { genome: null, fault: 'strategy_genome is too long' };
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { genome: text, fault: null };
  } catch {
    // The return below reports the fault.
  }
  return { genome: null, fault: 'strategy_genome is not JSON of an object' };
}

export interface Reading {
  readonly fields: ReportedFields;
  /** Fields present in the report; they identify the worker generation. */
  readonly sent: readonly FieldName[];
  /** The first fault with its field name; null when there is none. */
  readonly fault: string | null;
}

/** Reads the fields of a report. Missing fields get the Python coordinator's defaults: 0, false, no genome. */
export function readReport(body: Readonly<Record<string, unknown>>): Reading {
  const sent = FIELD_NAMES.filter((name) => body[name] !== undefined);
  const faults: string[] = [];
  const fields: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(NUMBERS)) {
    const value = body[name] === undefined ? 0 : body[name];
    const fault = typeof value === 'number' && !Number.isNaN(value) ? check(value) : 'is not a number';
    if (fault !== null) faults.push(`${name} ${fault}`);
    fields[name] = fault === null ? value : 0;
  }
  for (const name of FLAGS) fields[name] = truthOf(body[name]);
  const { genome, fault } = genomeOf(body['strategy_genome']);
  if (fault !== null) faults.push(fault);
  return {
    fields: { ...fields, strategy_genome: genome } as unknown as ReportedFields,
    sent,
    fault: faults[0] ?? null,
  };
}

/**
 * Hash of all fields that replicas of a deterministic unit must agree on: all except the execution time. Genomes are
 * compared by value, not by their JSON formatting.
 */
export function agreementDigest({ execution_time: _, strategy_genome, ...figures }: ReportedFields): string {
  const genome: unknown = strategy_genome === null ? null : JSON.parse(strategy_genome);
  return sha256(canonicalJson({ ...figures, genome }));
}

import { type ReportedFields } from './reported-fields.ts';
import { type Vote } from './unit.ts';

/**
 * Highest plausible profit on the $500 account per unit of leverage, USD. A higher one means that the engine's own
 * limit was reached.
 */
const MAX_PNL_PER_LEVERAGE = 1000;
const DEFAULT_LEVERAGE = 2;

/**
 * Whether a result may become the canonical result of its unit: the Python coordinator's own gate
 * (docs/coordinator-protocol.md#the-canonical-result), except that a degradation of exactly 0 passes.
 */
export function isSound(fields: ReportedFields, leverage: unknown): boolean {
  const factor = typeof leverage === 'number' && leverage > 0 ? leverage : DEFAULT_LEVERAGE;
  return (
    fields.pnl < MAX_PNL_PER_LEVERAGE * factor &&
    fields.trades >= 5 &&
    fields.oos_trades >= 3 &&
    fields.oos_pnl >= 0 &&
    fields.oos_degradation <= 0.35 &&
    !fields.is_overfitted
  );
}

/** Id of the sound result with the highest pnl, the lower id on a tie; null when none is sound. */
export function canonicalResult(votes: readonly Vote[]): number | null {
  const sound = votes.map(({ result }) => result).filter((result) => result.sound);
  const [best] = sound.sort((a, b) => b.pnl - a.pnl || a.id - b.id);
  return best?.id ?? null;
}

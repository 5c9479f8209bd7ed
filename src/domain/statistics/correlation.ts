import { AppError } from '../errors.ts';
import { mean } from './moments.ts';

/**
 * Pearson correlation of two samples of equal length. Null for fewer than two pairs or when a sample does not vary.
 * @throws AppError `internal` for different lengths.
 */
export function correlation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length !== b.length) throw new AppError('internal', `cannot pair ${a.length} with ${b.length} values`);
  if (a.length < 2) return null;
  const [meanA, meanB] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    const da = a[i]! - meanA;
    const db = b[i]! - meanB;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb))) : null;
}

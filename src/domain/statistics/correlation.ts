import { AppError } from '../errors.ts';
import { mean } from './moments.ts';

/** Pearson's correlation of two equally long samples; null when there are fewer than two pairs or one does not vary. */
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

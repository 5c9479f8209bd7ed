import { AppError } from '../errors.ts';
import { type Window } from '../backtest/result.ts';

/**
 * In sample [0, n·(1-testShare)); the rest is split into equal test windows. Each test window trains on all bars before
 * it.
 */
export interface WalkForwardSplit {
  readonly inSample: Window;
  readonly folds: readonly { readonly train: Window; readonly test: Window }[];
}

/**
 * Anchored walk-forward split. The screen stage sees only `inSample`, so the choice of candidates does not use test
 * windows.
 * @throws AppError `internal` when a test window would be empty.
 */
export function walkForwardSplit(length: number, folds: number, testShare: number): WalkForwardSplit {
  const start = Math.floor(length * (1 - testShare));
  const edge = (fold: number): number => start + Math.floor(((length - start) * fold) / folds);
  const windows = Array.from({ length: folds }, (_, fold) => ({
    train: { from: 0, to: edge(fold) },
    test: { from: edge(fold), to: edge(fold + 1) },
  }));
  if (start < 1 || windows.some(({ test }) => test.to <= test.from)) {
    throw new AppError(
      'internal',
      `${length} bars cannot be split into ${folds} test windows over the last ${testShare * 100} %`,
    );
  }
  return { inSample: { from: 0, to: start }, folds: windows };
}

import { type OrderSide } from '../../market/side.ts';
import { type Commitment } from '../review-context.ts';
import { percent } from '../figures.ts';
import { type RiskLimits } from '../limits.ts';

/** Part of a position to close. */
export interface Reduction {
  readonly strategyHash: string;
  readonly symbol: string;
  /** Base units, above 0. */
  readonly amount: number;
  readonly side: OrderSide;
  readonly reason: string;
}

const sum = (positions: readonly Commitment[]): number =>
  positions.reduce((total, { value }) => total + Math.abs(value), 0);

/**
 * What to close because prices carried an exposure beyond a limit by the tolerance: each position of the group shrinks by
 * the same share, back to the limit. The larger share counts where a position is in both groups.
 */
export function exposureReductions(
  positions: readonly Commitment[],
  equity: number,
  { maxAssetExposure, maxTotalExposure, reductionTolerance }: RiskLimits,
): readonly Reduction[] {
  const excessOf = (exposure: number, limit: number, what: string) =>
    exposure > limit * reductionTolerance * equity
      ? {
          share: 1 - (limit * equity) / exposure,
          reason: `${what} exposure of ${percent(exposure / equity)} of equity is above ${reductionTolerance} times the limit of ${percent(limit)}`,
        }
      : null;
  const total = excessOf(sum(positions), maxTotalExposure, 'total');
  return positions.flatMap(({ strategyHash, symbol, asset, amount }) => {
    const ofAsset = excessOf(sum(positions.filter((other) => other.asset === asset)), maxAssetExposure, asset);
    const excess = (ofAsset?.share ?? 0) > (total?.share ?? 0) ? ofAsset : total;
    if (!excess || amount === 0) return [];
    const side: OrderSide = amount > 0 ? 'sell' : 'buy';
    return [{ strategyHash, symbol, amount: Math.abs(amount) * excess.share, side, reason: excess.reason }];
  });
}

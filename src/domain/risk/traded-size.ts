import { type Market } from '../market/market.ts';
import { type Sizing, type StrategySpec } from '../strategies/spec.ts';
import { type RiskLimits } from './limits.ts';

/** Limits that bind the size of the only position of an account. */
export type SizeLimits = Pick<
  RiskLimits,
  'maxAssetExposure' | 'maxTotalExposure' | 'maxStrategyExposure' | 'maxGroupExposure' | 'maxStopRisk'
>;

/** Largest exposure that one strategy may have on one market of an otherwise empty account, as a share of equity. */
export const widestExposure = ({
  maxAssetExposure,
  maxTotalExposure,
  maxStrategyExposure,
  maxGroupExposure,
}: Omit<SizeLimits, 'maxStopRisk'>): number =>
  Math.min(maxAssetExposure, maxTotalExposure, maxStrategyExposure, maxGroupExposure);

/**
 * The spec with the size at which it would trade: what it asks for, cut to what the limits leave it on an empty account. The
 * entry fee is part of a size and no part of an exposure (docs/simulation-rules.md rule 19). The risk to a stop at a distance in
 * ATR differs from trade to trade and is left out.
 */
export function atTradedSize(
  spec: StrategySpec,
  limits: SizeLimits,
  { takerFeeRate }: Pick<Market, 'takerFeeRate'>,
): StrategySpec {
  const { stop, sizing } = spec;
  const ofStop = stop.kind === 'percent' ? limits.maxStopRisk / stop.value : Infinity;
  const widest = Math.min(widestExposure(limits), ofStop) * (1 + takerFeeRate);
  return { ...spec, sizing: cutTo(sizing, widest) };
}

const cutTo = (sizing: Sizing, widest: number): Sizing =>
  sizing.kind === 'fraction'
    ? { ...sizing, fraction: Math.min(sizing.fraction, widest) }
    : { ...sizing, cap: Math.min(sizing.cap, widest) };

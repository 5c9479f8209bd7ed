import { affordableQuantity } from '../strategies/sizing.ts';
import { assetOf } from '../market/market.ts';
import { money, percent, plain } from './figures.ts';
import { exposureOf, freeNotional, type ReviewContext } from './review-context.ts';
import { fractionOf } from './offset-fraction.ts';
import { widestExposure } from './traded-size.ts';
import { type VerdictReason } from './verdict.ts';
import { type RiskLimits } from './limits.ts';
import { type Intent } from './intent.ts';

export interface EntrySize {
  /** Base units, on the market's step. */
  readonly amount: number;
  /**
   * Share of what was asked for, before rounding. What is asked for is never more than the limits leave an empty account: a
   * strategy that asks for half of the equity trades at the limit.
   */
  readonly share: number;
  /** Whether it is the requested size. */
  readonly whole: boolean;
  /** Reasons for each reduction, in the order applied. */
  readonly reasons: readonly VerdictReason[];
}

/**
 * Computes the size of an entry: the requested share of equity, which includes the entry fee (docs/simulation-rules.md
 * rule 19), times each factor below 1, then cut to the limits and the free cash. No step makes it larger. Exposure counts
 * positions and pending entries.
 */
export function sizeEntry(intent: Intent, context: ReviewContext, limits: RiskLimits): EntrySize {
  const { state, equity, positions, pendingEntries, market, price, correlated } = context;
  const reasons: VerdictReason[] = [];
  const withFee = 1 + market.takerFeeRate;
  const requested = equity * intent.requestedFraction;
  /** What may be spent, entry fee included, as in the backtest. */
  let spend = requested;

  const scale = (code: string, factor: number, why: string) => {
    if (!(factor < 1)) return;
    spend *= Math.max(0, factor);
    reasons.push({ code, text: `${why}: size x ${plain(Math.max(0, factor))}` });
  };
  scale(
    'volatility-sizing',
    intent.volatility > 0 ? limits.targetVolatility / intent.volatility : 1,
    `volatility ${percent(intent.volatility)} is above the target ${percent(limits.targetVolatility)}`,
  );
  scale('risk-budget', state.riskBudget, `risk budget ${percent(state.riskBudget)} (${state.stance})`);

  const cut = (code: string, room: number, what: string) => {
    if (spend / withFee <= room) return;
    const left = room > 0 ? room : 0;
    spend = left * withFee;
    reasons.push({ code, text: `${what} leaves ${money(left, market.quote)}` });
  };
  const committed = [...positions, ...pendingEntries];
  const ofAsset = exposureOf(committed.filter(({ asset }) => asset === assetOf(market)));
  const total = exposureOf(committed);
  cut(
    'asset-exposure',
    equity * limits.maxAssetExposure - ofAsset,
    `${assetOf(market)} exposure of ${money(ofAsset)} under the limit of ${percent(limits.maxAssetExposure)} of equity`,
  );
  cut(
    'total-exposure',
    equity * limits.maxTotalExposure - total,
    `total exposure of ${money(total)} under the limit of ${percent(limits.maxTotalExposure)} of equity`,
  );
  const ofStrategy = exposureOf(committed.filter(({ strategyHash }) => strategyHash === intent.strategyHash));
  cut(
    'strategy-exposure',
    equity * limits.maxStrategyExposure - ofStrategy,
    `exposure of ${money(ofStrategy)} of the strategy under the limit of ${percent(limits.maxStrategyExposure)} of equity`,
  );
  const group = new Set([market.symbol, ...correlated]);
  const ofGroup = exposureOf(committed.filter(({ symbol, asset }) => group.has(symbol) || asset === assetOf(market)));
  cut(
    'group-exposure',
    equity * limits.maxGroupExposure - ofGroup,
    `exposure of ${money(ofGroup)} of ${[...group].join(', ')}, which correlate above ${limits.groupCorrelation}, under the limit of ${percent(limits.maxGroupExposure)} of equity`,
  );
  const atRisk = committed.reduce((sum, { stopRisk }) => sum + stopRisk, 0);
  const stopDistance = intent.bracket ? fractionOf(intent.bracket.stop, price) : limits.maxStopDistance;
  cut(
    'stop-risk',
    (equity * limits.maxStopRisk - atRisk) / stopDistance,
    `risk to the stops of ${money(atRisk)} under the limit of ${percent(limits.maxStopRisk)} of equity, with a stop ${percent(stopDistance)} away,`,
  );
  cut('funds', freeNotional(context), `cash of ${money(context.cash)} after pending entries and fees`);

  const widest = equity * widestExposure(limits) * withFee;
  const asked = Math.min(widest, requested);
  return {
    amount: affordableQuantity(spend, price, market),
    share: spend / asked,
    whole: spend === requested,
    reasons,
  };
}

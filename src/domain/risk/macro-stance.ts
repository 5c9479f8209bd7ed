import { type Regime } from '../analysis/analysis.ts';
import { drawdownFrom } from './drawdown.ts';
import { percent } from './figures.ts';
import { type RiskLimits } from './limits.ts';
import { type RiskState } from './risk-state.ts';

/** Share of the normal size per regime. */
const REGIME_APPETITE: Readonly<Record<Regime, number>> = {
  'trending-up': 1,
  calm: 0.9,
  ranging: 0.75,
  'trending-down': 0.6,
  stormy: 0.25,
};
/** Share without any analysis. */
const UNKNOWN_APPETITE = 0.5;
/** With fewer closed trades, recent results are ignored. */
const MIN_TRADES = 10;
const LOSING_FACTOR = 0.5;

/** Recent results of the account. */
export interface RecentResults {
  /** Current equity, quote currency. */
  readonly equity: number;
  readonly closedTrades: number;
  /** Pnl of the closed trades after fees, quote currency. */
  readonly pnl: number;
}

export interface MacroStance {
  /** 0..1, two decimals; multiplies every entry's size. */
  readonly riskBudget: number;
  readonly stance: 'offensive' | 'balanced' | 'defensive';
  readonly reasons: readonly string[];
}

/**
 * Computes the chief executive's stance: the share by regime, times the unused share of the peak drawdown limit, halved
 * while recent trades lose money, and never less than what an entry must have of what was asked (money rule M10): with less
 * every entry would be vetoed, and an account without positions would stay as it is for ever, ACTIVE in name. At the limit
 * it is 0. Both are those of ACTIVE trading (`currentStance` gives the one of now).
 */
export function macroStance(
  regimes: readonly Regime[],
  state: Pick<RiskState, 'peakEquity'>,
  recent: RecentResults,
  limits: RiskLimits,
): MacroStance {
  const reasons: string[] = [];
  const appetite =
    regimes.length === 0
      ? UNKNOWN_APPETITE
      : regimes.reduce((sum, regime) => sum + REGIME_APPETITE[regime], 0) / regimes.length;
  reasons.push(
    regimes.length === 0
      ? `no market was analysed: appetite ${percent(appetite)}`
      : `${countsOf(regimes)}: appetite ${percent(appetite)}`,
  );

  const drawdown = drawdownFrom(state.peakEquity, recent.equity);
  const room = Math.max(0, 1 - drawdown / limits.maxPeakDrawdown);
  if (room < 1)
    reasons.push(
      `${percent(drawdown)} below the peak of a limit of ${percent(limits.maxPeakDrawdown)}: x ${percent(room)}`,
    );

  const losing = recent.closedTrades >= MIN_TRADES && recent.pnl < 0;
  if (losing)
    reasons.push(
      `the last ${recent.closedTrades} trades lost ${(-recent.pnl).toFixed(2)}: x ${percent(LOSING_FACTOR)}`,
    );

  const wanted = Math.round(appetite * room * (losing ? LOSING_FACTOR : 1) * 100) / 100;
  const least = room === 0 ? 0 : limits.minEntryShare;
  if (wanted < least) reasons.push(`not below ${percent(least)}, the smallest entry that is not vetoed`);
  const riskBudget = Math.max(wanted, least);
  const stance = riskBudget >= 0.8 ? 'offensive' : riskBudget >= 0.5 ? 'balanced' : 'defensive';
  return { riskBudget, stance, reasons };
}

function countsOf(regimes: readonly Regime[]): string {
  const counts = new Map<Regime, number>();
  for (const regime of regimes) counts.set(regime, (counts.get(regime) ?? 0) + 1);
  return [...counts].map(([regime, count]) => `${count} ${regime}`).join(', ');
}

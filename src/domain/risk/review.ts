import { AppError } from '../errors.ts';
import { type Market } from '../market/market.ts';
import { roundDownToStep } from '../market/rounding.ts';
import { entryObjections } from './entry-checks.ts';
import { uselessSize } from './rules/useful-size.ts';
import { sizeEntry } from './entry-size.ts';
import { money, plain, utc } from './figures.ts';
import { type ReviewContext } from './review-context.ts';
import { type Verdict, type VerdictReason } from './verdict.ts';
import { verdictText } from './verdict-text.ts';
import { type RiskLimits } from './limits.ts';
import { type Intent } from './intent.ts';

const veto = (intent: Intent, reasons: readonly VerdictReason[]): Verdict => ({
  intentId: intent.id,
  decision: 'veto',
  amount: 0,
  reasons,
});

/**
 * Reason when an order is below the venue's minimum. Such orders are vetoed, never enlarged (docs/simulation-rules.md
 * rule 9).
 */
function belowMinimum(amount: number, price: number, market: Market): VerdictReason | null {
  const { minAmount, minNotional, base, quote, symbol } = market;
  if (amount > 0 && amount >= minAmount && amount * price >= minNotional) return null;
  const asked = `${plain(amount)} ${base} worth ${money(amount * price, quote)}`;
  const least = `${plain(minAmount)} ${base} and ${money(minNotional, quote)}`;
  return { code: 'below-minimum', text: `${asked} is below the minimum of ${symbol}: ${least}` };
}

/** An intent on a market that nobody knows. It is answered like any other, so that the rest of its review is decided. */
export function vetoUnknownMarket(intent: Intent, text: string): Verdict {
  const verdict = veto(intent, [{ code: 'unknown-market', text }]);
  return { ...verdict, text: verdictText(intent, verdict, intent.closeAmount ?? null) };
}

/** Base units that an intent asks for; null when its figures give none. */
function askedAmount({ closeAmount, requestedFraction }: Intent, { equity, price }: ReviewContext): number | null {
  const asked = closeAmount ?? (equity * requestedFraction) / price;
  return Number.isFinite(asked) ? asked : null;
}

/** The venue fills no earlier than the time of the decision, so an order of the future would rest until then. */
const isOfTheFuture = ({ asOf }: Intent, now: number): boolean => !(asOf <= now);

/**
 * Reviews an intent. Pure: the same input gives the same verdict. Entries need an ACTIVE account and must pass every
 * check. Orders that shrink a position pass, even on stale data, because not closing is the greater risk; while HALTED
 * only those of a flatten do.
 * @throws AppError `internal` when the context is for another market or account.
 */
export function reviewIntent(intent: Intent, context: ReviewContext, limits: RiskLimits): Verdict {
  const verdict = judge(intent, context, limits);
  return { ...verdict, text: verdictText(intent, verdict, askedAmount(intent, context)) };
}

function judge(intent: Intent, context: ReviewContext, limits: RiskLimits): Verdict {
  if (intent.symbol !== context.market.symbol || intent.account !== context.state.account) {
    const { state, market } = context;
    throw new AppError(
      'internal',
      `intent ${intent.id} of ${intent.account} on ${intent.symbol} was reviewed against ${state.account} on ${market.symbol}`,
    );
  }
  if (isOfTheFuture(intent, context.now)) {
    const text = `decided at ${utc(intent.asOf)}, which is after the market time ${utc(context.now)}`;
    return veto(intent, [{ code: 'future-decision', text }]);
  }
  if (context.state.tradingState === 'HALTED' && intent.purpose !== 'flatten') {
    const text = `trading is HALTED: only a flatten closes (${context.state.stateReason})`;
    return veto(intent, [{ code: 'trading-halted', text }]);
  }
  return intent.purpose === 'entry' ? reviewEntry(intent, context, limits) : reviewClose(intent, context);
}

function reviewEntry(intent: Intent, context: ReviewContext, limits: RiskLimits): Verdict {
  const objections = entryObjections(intent, context, limits);
  if (objections.length > 0) return veto(intent, objections);
  const { amount, share, whole, reasons } = sizeEntry(intent, context, limits);
  const tooSmall = belowMinimum(amount, context.price, context.market);
  const useless = tooSmall ?? uselessSize(amount, context.price, share, context.market, limits);
  if (useless) return veto(intent, [...reasons, useless]);
  if (!whole) return { intentId: intent.id, decision: 'reduce', amount, reasons };
  const { base, quote } = context.market;
  const text = `${plain(amount)} ${base} worth ${money(amount * context.price, quote)} is within every limit`;
  return { intentId: intent.id, decision: 'approve', amount, reasons: [{ code: 'within-limits', text }] };
}

function reviewClose(intent: Intent, context: ReviewContext): Verdict {
  const { market, price, positions } = context;
  const held = positions
    .filter(({ strategyHash, symbol }) => strategyHash === intent.strategyHash && symbol === intent.symbol)
    .reduce((sum, { amount }) => sum + amount, 0);
  const closable = intent.side === 'sell' ? held : -held;
  const asked = intent.closeAmount ?? 0;
  if (!(asked >= 0 && Number.isFinite(asked))) {
    return veto(intent, [
      { code: 'unsound-figures', text: `the amount to close is ${asked}: it must be a sound number` },
    ]);
  }
  if (!(closable > 0) || asked === 0) {
    const text = `${intent.purpose} to ${intent.side} ${plain(asked)} ${market.base}, of which ${plain(held)} is held: there is nothing to close`;
    return veto(intent, [{ code: 'nothing-to-close', text }]);
  }
  const amount = roundDownToStep(Math.min(asked, closable), market.stepSize);
  const tooSmall = belowMinimum(amount, price, market);
  if (tooSmall) return veto(intent, [tooSmall]);
  if (asked > closable) {
    const text = `${plain(asked)} ${market.base} asked, ${plain(closable)} held: closing what is held`;
    return { intentId: intent.id, decision: 'reduce', amount, reasons: [{ code: 'larger-than-position', text }] };
  }
  const text = `closes ${plain(amount)} of ${plain(closable)} ${market.base}`;
  return { intentId: intent.id, decision: 'approve', amount, reasons: [{ code: 'within-limits', text }] };
}

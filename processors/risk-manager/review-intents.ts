import { decisionTime } from '../agent/decision-time.ts';
import { errorText, hasCode } from '../../src/domain/errors.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { signApproval, type Approval } from '../../src/domain/risk/approval.ts';
import { sha256 } from '../../src/domain/identity/sha256.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type Commitment, type ReviewContext } from '../../src/domain/risk/review-context.ts';
import { entryTerms } from '../../src/domain/orders/entry-terms.ts';
import { assetOf } from '../../src/domain/market/market.ts';
import { plain } from '../../src/domain/risk/figures.ts';
import { fractionOf } from '../../src/domain/risk/offset-fraction.ts';
import { reviewIntent, vetoUnknownMarket } from '../../src/domain/risk/review.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { type Verdict } from '../../src/domain/risk/verdict.ts';
import { type Clock } from '../../src/ports/clock.ts';
import { type Stores } from '../../src/ports/stores.ts';
import {
  accountSummary,
  correlatedWith,
  intentContext,
  type AccountReads,
  type AccountSummary,
  type ContextDeps,
  type IntentContext,
} from './review-context.ts';

export interface ReviewDeps extends ContextDeps {
  readonly stores: Pick<Stores, 'ledger' | 'orders' | 'approvals' | 'intents' | 'cycles'>;
  readonly clock: Clock;
  /** Key that signs approvals; the trader has the same one. */
  readonly approvalSecret: string;
}

export interface Reviewed {
  readonly verdicts: readonly Verdict[];
  readonly approvals: readonly string[];
  /** Rule exits without a verdict: they wait for the end of a HALTED. */
  readonly waiting: readonly string[];
  /** Intents that an interrupted review has accepted, and that would be vetoed now: they get no approval. */
  readonly withheld: readonly Withheld[];
}

export interface Withheld {
  readonly intentId: string;
  readonly because: Verdict['reasons'];
}

/** Adds an entry approved in this review to the summary, so that it counts against the limits for the next intents. */
function addCommitment(
  summary: AccountSummary,
  intent: Intent,
  amount: number,
  context: Pick<ReviewContext, 'market' | 'price'>,
): AccountSummary {
  if (intent.purpose !== 'entry') return summary;
  const commitment: Commitment = {
    strategyHash: intent.strategyHash,
    symbol: intent.symbol,
    asset: assetOf(context.market),
    amount,
    value: amount * context.price,
    stopRisk: amount * context.price * (intent.bracket ? fractionOf(intent.bracket.stop, context.price) : 0),
  };
  return {
    ...summary,
    pendingEntries: [...summary.pendingEntries, commitment],
    ordersToday: summary.ordersToday + 1,
    ordersLastHour: summary.ordersLastHour + 1,
  };
}

/** The reason that the market of an intent cannot be read, unless that may pass. */
function unknownMarket(error: unknown): { readonly unknown: string } {
  if (hasCode(error, 'unknown-market') || hasCode(error, 'no-candles')) return { unknown: errorText(error) };
  throw error;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The signed approval of a verdict. Prices that bound an entry are those within the collar around the last price. */
function approvalOf(
  intent: Intent,
  amount: number,
  { state, now, lastPrice, market }: ReviewContext,
  { limits, approvalSecret, entries }: Pick<ReviewDeps, 'limits' | 'approvalSecret' | 'entries'>,
): Approval {
  const { account, id: intentId, strategyHash, symbol, timeframe, side, purpose, bracket, asOf } = intent;
  const epoch = state.entryEpoch ?? 0;
  const isEntry = purpose === 'entry';
  return signApproval(
    {
      id: `a${sha256(`${account}/${intentId}`).slice(0, 31)}`,
      account,
      intentId,
      strategyHash,
      symbol,
      timeframe,
      side,
      purpose,
      ...(isEntry ? entryTerms(side, lastPrice, market, entries) : { type: 'market' }),
      amount,
      ...(isEntry && {
        minPrice: lastPrice * (1 - limits.priceCollar),
        maxPrice: lastPrice * (1 + limits.priceCollar),
      }),
      ...(bracket && { bracket }),
      asOf,
      // Long candles need longer: the approval must be valid until the candle that may fill the order has closed.
      expiresAt: now + Math.max(limits.approvalTtlMs, 2 * timeframeMs(timeframe)),
      epoch,
      nonce: sha256(`${account}/${intentId}/${now}/${state.version}`).slice(0, 16),
    },
    approvalSecret,
  );
}

/**
 * Reviews intents in order of market and id. The first verdict on an intent is final; a rule exit gets none while trading
 * is HALTED, because it waits. A review that was interrupted may be repeated much later: what is approved is never more than
 * this review would allow, or an exit would close a position that a stop has closed since.
 */
export async function reviewIntents(
  deps: ReviewDeps,
  account: string,
  intents: readonly Intent[],
  state: RiskState,
  reads: AccountReads,
): Promise<Reviewed> {
  const { stores, clock, limits } = deps;
  const mustWait = ({ purpose }: Intent): boolean => state.tradingState === 'HALTED' && purpose === 'exit';
  const waiting = intents.filter(mustWait).map(({ id }) => id);
  const reviewed = intents
    .filter((intent) => !mustWait(intent))
    .sort((a, b) => byText(a.symbol, b.symbol) || byText(a.id, b.id));
  const [first] = reviewed;
  if (!first) return { verdicts: [], approvals: [], waiting, withheld: [] };

  // Age and prices are judged now, never at the intent's own time.
  const now = await decisionTime(deps, intents[0]?.cycleId, reads.marketTime);
  const [opening, contexts, earlier] = await Promise.all([
    accountSummary(deps, account, first.timeframe, state, intents, reads, now),
    Promise.all(reviewed.map((intent) => intentContext(deps, intent, now).catch(unknownMarket))),
    stores.intents.verdictsOn(
      account,
      reviewed.map(({ id }) => id),
    ),
  ]);
  let summary = opening;
  const verdictBefore = new Map(earlier.map((verdict) => [verdict.intentId, verdict]));
  /** With what another review has accepted of the intents from `from` on: a new one has only what that leaves. */
  const withAccepted = (from: number): AccountSummary =>
    reviewed.slice(from).reduce((sum, intent, i) => {
      const [context, verdict] = [contexts[from + i]!, verdictBefore.get(intent.id)];
      const isAccepted = verdict !== undefined && verdict.decision !== 'veto';
      return !isAccepted || 'unknown' in context ? sum : addCommitment(sum, intent, verdict.amount, context);
    }, summary);
  const contextOf = async (intent: Intent, known: IntentContext, given: AccountSummary): Promise<ReviewContext> => ({
    ...known,
    ...given,
    state,
    correlated: await correlatedWith(deps, intent, given),
  });
  const verdicts: Verdict[] = [];
  const approvals: Approval[] = [];
  const withheld: Withheld[] = [];
  for (const [i, intent] of reviewed.entries()) {
    const known = contexts[i]!;
    const context =
      'unknown' in known
        ? known
        : await contextOf(intent, known, verdictBefore.has(intent.id) ? summary : withAccepted(i + 1));
    const own =
      'unknown' in context ? vetoUnknownMarket(intent, context.unknown) : reviewIntent(intent, context, limits);
    const verdict = await stores.intents.recordVerdict(account, own, clock.now(), intent.cycleId);
    verdicts.push(verdict);
    if (verdict.decision === 'veto' || 'unknown' in context) continue;
    // Whatever becomes of it now: an earlier review may have issued an approval of this amount.
    summary = addCommitment(summary, intent, verdict.amount, context);
    if (own.decision === 'veto') {
      withheld.push({ intentId: intent.id, because: own.reasons });
      continue;
    }
    approvals.push(approvalOf(intent, Math.min(verdict.amount, own.amount), context, deps));
  }
  const issued = await Promise.all(approvals.map((approval) => stores.approvals.issue(approval)));
  // One that an interrupted review has issued is the one that counts.
  const larger = issued.filter(({ amount }, i) => amount > approvals[i]!.amount);
  for (const { id, intentId, amount } of larger)
    withheld.push({
      intentId,
      because: [{ code: 'stale-approval', text: `approval ${id} allows ${plain(amount)}, which is too much by now` }],
    });
  return {
    verdicts,
    approvals: issued.filter((approval) => !larger.includes(approval)).map(({ id }) => id),
    waiting,
    withheld,
  };
}

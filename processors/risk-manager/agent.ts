import { z } from 'zod';
import { clientOrderId } from '../../src/domain/orders/client-order-id.ts';
import { type OrderIdentity } from '../../src/domain/orders/order.ts';
import { isTerminal } from '../../src/domain/orders/state-machine.ts';
import { sha256 } from '../../src/domain/identity/sha256.ts';
import { timeframeMs, type Timeframe } from '../../src/domain/market/timeframe.ts';
import { signApproval, type Approval } from '../../src/domain/risk/approval.ts';
import { type Commitment } from '../../src/domain/risk/review-context.ts';
import { reviewIntent } from '../../src/domain/risk/review.ts';
import { nextRiskState, requestTradingState } from '../../src/domain/risk/trading-state.ts';
import { type Verdict } from '../../src/domain/risk/verdict.ts';
import { type RiskLimits } from '../../src/domain/risk/limits.ts';
import { type Intent } from '../../src/domain/risk/intent.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { idField } from '../../queues/fields.ts';
import { type Broadcaster } from '../../src/ports/broadcaster.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { childAnswers } from '../agent/child-answers.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { contextOf, lastPrice, accountSummary, type AccountSummary, type ContextDeps } from './review-context.ts';

export interface RiskManagerDeps extends AgentDeps, ContextDeps {
  readonly stores: Pick<Stores, 'ledger' | 'orders' | 'approvals' | 'intents' | 'alerts'>;
  readonly riskStates: RiskStates;
  readonly broadcaster: Broadcaster;
  readonly limits: RiskLimits;
  /** Key that signs approvals; the trader has the same one. */
  readonly approvalSecret: string;
  /** Used for positions whose orders are no longer stored. */
  readonly timeframe: Timeframe;
}

const withIntents = z.object({ intents: z.array(idField) });

/** Adds an entry approved in this review to the summary, so that it counts against the limits for the next intents. */
function addCommitment(
  summary: AccountSummary,
  intent: Intent,
  amount: number,
  asset: string,
  price: number,
): AccountSummary {
  if (intent.purpose !== 'entry') return summary;
  const commitment: Commitment = {
    strategyHash: intent.strategyHash,
    symbol: intent.symbol,
    asset,
    amount,
    value: amount * price,
  };
  return { ...summary, pendingEntries: [...summary.pendingEntries, commitment], ordersToday: summary.ordersToday + 1 };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Risk manager. Its veto cannot be bypassed: the trader acts only on an approval signed here. */
export function createRiskManager(deps: RiskManagerDeps): Agent {
  const { stores, data, broker, clock, limits, broadcaster, riskStates } = deps;
  const raiseAlert = createRaiseAlert(deps);

  const approve = async (intent: Intent, verdict: Verdict): Promise<Approval> =>
    stores.approvals.issue(
      signApproval(
        {
          id: `a${sha256(`${intent.account}/${intent.id}`).slice(0, 31)}`,
          account: intent.account,
          intentId: intent.id,
          symbol: intent.symbol,
          side: intent.side,
          purpose: intent.purpose,
          amount: verdict.amount,
          // Long candles need longer: the approval must be valid until the candle that may fill the order has closed.
          expiresAt: intent.asOf + Math.max(limits.approvalTtlMs, 2 * timeframeMs(intent.timeframe)),
        },
        deps.approvalSecret,
      ),
    );

  /** Reviews intents in order of market and id. The first verdict on an intent is final. */
  const reviewAll = async (
    account: string,
    intents: readonly Intent[],
    state: RiskState,
  ): Promise<{ verdicts: Verdict[]; approvals: string[] }> => {
    const verdicts: Verdict[] = [];
    const approvals: string[] = [];
    let summary: AccountSummary | null = null;
    for (const intent of [...intents].sort((a, b) => byText(a.symbol, b.symbol) || byText(a.id, b.id))) {
      summary ??= await accountSummary(deps, account, intent.timeframe, intent.asOf, intents);
      const context = await contextOf(deps, intent, state, summary);
      const verdict = await stores.intents.recordVerdict(
        account,
        reviewIntent(intent, context, limits),
        clock.now(),
        intent.cycleId,
      );
      verdicts.push(verdict);
      if (verdict.decision === 'veto') continue;
      approvals.push((await approve(intent, verdict)).id);
      summary = addCommitment(summary, intent, verdict.amount, context.market.base, context.price);
    }
    return { verdicts, approvals };
  };

  const count = (verdicts: readonly Verdict[], decision: Verdict['decision']): number =>
    verdicts.filter((v) => v.decision === decision).length;

  const announce = async (account: string, state: RiskState): Promise<void> => {
    await broadcaster.publish({
      topic: 'trading-state',
      at: clock.now(),
      data: { account, state: state.tradingState, reason: state.stateReason, by: state.stateSetBy },
    });
  };

  return defineAgent(
    'risk-manager',
    {
      async review({ account, intents: named }, { job }) {
        const answered = await childAnswers(job, withIntents);
        const ids = [...new Set([...named, ...answered.flatMap(({ intents }) => intents)])];
        const intents = await stores.intents.getMany(account, ids);
        if (intents.length < ids.length) {
          const known = new Set(intents.map(({ id }) => id));
          throw new AppError(
            'unknown-intent',
            `no such intent of ${account}: ${ids.filter((id) => !known.has(id)).join(', ')}`,
          );
        }
        const { verdicts, approvals } = await reviewAll(account, intents, await riskStates.read(account));
        return {
          approved: count(verdicts, 'approve'),
          reduced: count(verdicts, 'reduce'),
          vetoed: count(verdicts, 'veto'),
          approvals,
        };
      },

      async 'set-state'({ account, state: target, by, reason }) {
        const now = await data.now();
        const { state, changed, explanation } = await riskStates.change(account, (current) =>
          requestTradingState(current, target, by, reason, now),
        );
        if (changed) await announce(account, state);
        return { state: state.tradingState, changed, explanation };
      },

      async monitor({ account }) {
        await broker.open(account);
        const { equity, cash, exposure, time } = await broker.balance(account);
        const before = await riskStates.read(account);
        const { state, breaches } = await riskStates.change(account, (current) =>
          nextRiskState(current, { account, equity, cash, exposure, time }, limits),
        );
        for (const breach of breaches) {
          // One alert per day and limit: the key deduplicates repeated marks.
          const key = `${account}/${breach.code}/${state.dayStart}`;
          await raiseAlert({
            key,
            account,
            severity: 'critical',
            title: `${breach.code} limit reached`,
            text: breach.text,
          });
        }
        if (state.tradingState !== before.tradingState) await announce(account, state);
        return { state: state.tradingState, equity, breaches: breaches.map(({ text }) => text) };
      },

      async 'plan-flatten'({ account, reason }, { job }) {
        await childAnswers(job, z.unknown());
        const now = await data.now();
        const state = await riskStates.read(account);
        const orders = await stores.orders.list({ account, limit: 1000 });
        const closing = new Set(
          orders
            .filter((o) => o.purpose !== 'entry' && o.type === 'market' && !isTerminal(o.state))
            .map((o) => `${o.strategyHash}/${o.symbol}`),
        );
        const open = (await stores.ledger.positions(account)).filter(
          (p) => p.amount !== 0 && !closing.has(`${p.strategyHash}/${p.symbol}`),
        );
        const intents: Intent[] = [];
        for (const { strategyHash, symbol, amount } of open) {
          const timeframe =
            orders.find((o) => o.strategyHash === strategyHash && o.symbol === symbol)?.timeframe ?? deps.timeframe;
          const { price } = await lastPrice(data, symbol, timeframe, now);
          // The time of the request, not of the candle: a second request in one candle is a new decision, a retry is not.
          const identity: OrderIdentity = {
            strategyHash,
            symbol,
            timeframe,
            candleTime: job.timestamp,
            side: amount > 0 ? 'sell' : 'buy',
            purpose: 'flatten',
          };
          intents.push({
            ...identity,
            id: clientOrderId(identity),
            account,
            asOf: now,
            referencePrice: price,
            requestedFraction: 0,
            closeAmount: Math.abs(amount),
            volatility: 0,
            incubating: false,
            because: `flatten: ${reason}`,
          });
        }
        await stores.intents.addMany(intents);
        const { verdicts, approvals } = await reviewAll(account, intents, state);
        return { approved: verdicts.length - count(verdicts, 'veto'), approvals };
      },
    },
    deps,
  );
}

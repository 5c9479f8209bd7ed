import { z } from 'zod';
import { idField } from '../../queues/fields.ts';
import { type Fill, UNENDED_STATES } from '../../src/domain/orders/order.ts';
import { isIncubation, mainAccountOf } from '../../src/domain/portfolio/accounts.ts';
import { type BreakerRules } from '../../src/domain/risk/breakers/breaker.ts';
import { type Stores } from '../../src/ports/stores.ts';
import { childAnswers } from '../agent/child-answers.ts';
import { defineAgent, type Agent, type AgentDeps } from '../agent/define-agent.ts';
import { createRaiseAlert } from '../agent/raise-alert.ts';
import { createTradingStates } from '../agent/trading-states.ts';
import { riskSummary } from '../../src/domain/risk/risk-summary.ts';
import { timeframeMs } from '../../src/domain/market/timeframe.ts';
import { type Producer } from '../../queues/producer.ts';
import { type RiskState } from '../../src/domain/risk/risk-state.ts';
import { type RiskStates } from '../../src/ports/risk-states.ts';
import { requireClosed } from '../agent/require-closed.ts';
import { marketsFailed } from '../agent/markets-failed.ts';
import { type Refusal } from './admit-approval.ts';
import { cancelChosen, cancelOrders, reportCrossing } from './cancel-orders.ts';
import { cancelTimedOut } from './cancel-timed-out.ts';
import { cancelWithdrawn } from './cancel-withdrawn.ts';
import { followVenue, resolveUnsent, standingDifference } from './follow-venue.ts';
import { type BothBooks } from './compare-books.ts';
import { ledgerBooks } from './ledger-books.ts';
import { markAccount } from './ledger-sync.ts';
import { reportIrregularities } from './report-irregularities.ts';
import { takeOver } from './take-over.ts';
import { createVenueWatch } from './watch-venue.ts';
import { mayBeUnsent, placeAll, type PlaceDeps } from './place-order.ts';

export interface TraderDeps extends AgentDeps, PlaceDeps {
  readonly producer: Producer;
  readonly riskStates: RiskStates;
  readonly breakers: BreakerRules;
  readonly stores: Pick<Stores, 'orders' | 'ledger' | 'audit' | 'approvals' | 'intents' | 'alerts' | 'cycles'>;
}

const caught = (error: unknown): { readonly error: unknown } => ({ error });

const withApprovals = z.object({ approvals: z.array(idField) });

/** Execution agent: acts only on signed approvals; keeps orders, fills and positions consistent with the venue. */
export function createTrader(deps: TraderDeps): Agent {
  const { stores, broker, riskStates } = deps;
  const raiseAlert = createRaiseAlert(deps);
  const cancelDeps = { ...deps, raiseAlert };
  const states = createTradingStates(deps);
  const watch = createVenueWatch({ states, raiseAlert, now: () => deps.data.now(), breakers: deps.breakers });

  const refuse = async (account: string, approvalId: string, { refused: reason, late }: Refusal): Promise<void> => {
    const severity = late ? 'warning' : 'critical';
    const text = `the trader refused approval ${approvalId}: ${reason}`;
    await stores.audit.append({
      key: `refused/${account}/${approvalId}`,
      actor: 'trader',
      action: 'refuse-approval',
      subject: approvalId,
      at: deps.clock.now(),
      data: { account, reason, late, risk: riskSummary(await riskStates.read(account)) },
    });
    await raiseAlert({
      key: `refused/${account}/${approvalId}`,
      account,
      severity,
      title: 'Order refused',
      text,
    });
  };

  const withdrawalDeps = { ...cancelDeps, states };

  /**
   * Cancels what must not fill on a candle: entries while trading is not ACTIVE, and closing orders that were taken back.
   * Returns whether the ledger may have changed.
   */
  const cancelBefore = async (
    account: string,
    { tradingState, withdrawnFlatten, flatten }: RiskState,
  ): Promise<boolean> => {
    const barred = tradingState !== 'ACTIVE';
    if (barred) await cancelOrders(cancelDeps, account);
    if (!isIncubation(account)) {
      if (withdrawnFlatten === undefined) return barred;
      await cancelWithdrawn(withdrawalDeps, account, withdrawnFlatten);
      return true;
    }
    // The company's flatten may be done, and taken back, while this account still follows it.
    const closing = flatten ? [] : (await broker.openOrders(account)).filter(({ purpose }) => purpose === 'flatten');
    if (closing.length > 0) await cancelChosen(cancelDeps, account, closing);
    return barred || closing.length > 0;
  };

  /** Incubation accounts of the company with orders that may still change: its halts hold there too. */
  const incubatingNow = async (account: string): Promise<readonly string[]> => {
    const live = await stores.orders.list({ states: UNENDED_STATES });
    const accounts = new Set(live.map((order) => order.account));
    return [...accounts].filter((of) => of !== account && mainAccountOf(of) === account).sort();
  };

  const report = (fill: Fill): Promise<void> => reportCrossing(cancelDeps, fill);

  /**
   * Entries stop while ledger and venue differ, until that is explained.
   * @param before risk state at the start of the job: what it does not have needs no lifting
   */
  const compare = async (account: string, closedAt: number, before: RiskState, taken: BothBooks): Promise<void> => {
    const difference = await standingDifference(cancelDeps, account, taken);
    if (difference !== null) await watch.trouble(account, 'venue-differs', difference, closedAt);
    else if (before.trouble) await watch.good(account, closedAt);
    // Last: until the books are known to agree, nothing is reviewed.
    if (before.unreconciled === true) await watch.reconciled(account);
  };

  return defineAgent(
    'trader',
    {
      async execute({ account, approvals: named }, { job, log, note }) {
        const answered = await childAnswers(job, withApprovals);
        const ids = [...new Set([...named, ...answered.flatMap(({ approvals }) => approvals)])];
        const orders: string[] = [];
        let refused = 0;
        if (ids.length === 0) return { orders, refused };
        return watch.guard(job, account, async () => {
          await broker.open(account);
          const errors: unknown[] = [];
          for (const [i, placement] of (await placeAll(deps, account, ids)).entries()) {
            if ('order' in placement) {
              orders.push(placement.order.clientOrderId);
              const { symbol, side, amount, purpose, state } = placement.order;
              log.info('order placed', { symbol, side, amount, purpose, state });
            } else if ('refused' in placement) {
              refused += 1;
              log.warn('approval refused', { approvalId: ids[i], reason: placement.refused });
              await refuse(account, ids[i]!, placement).catch((error: unknown) => errors.push(error));
            } else {
              errors.push(placement.error);
            }
          }
          if (errors.length > 0) throw errors[0];
          note({ risk: riskSummary(await riskStates.read(account)) });
          return { orders, refused };
        });
      },

      settle: (closed, { job }) =>
        watch.guard(job, closed.account, async () => {
          const { account, candleTime, timeframe, symbols } = closed;
          const closedAt = candleTime + timeframeMs(timeframe);
          const [state, , , known] = await Promise.all([
            riskStates.read(account),
            requireClosed(deps.data, 'the candle', closedAt),
            broker.open(account),
            ledgerBooks(deps, account),
          ]);
          const { tradingState } = state;
          // Whoever left ACTIVE has also asked for this; the candle must not fill an entry before it is done.
          const barred = tradingState !== 'ACTIVE';
          const cancelling = await cancelBefore(account, state).then((changed) => ({ changed }), caught);
          const uncancelled = 'error' in cancelling ? cancelling : null;
          const failed = await broker.onCandles({ ...closed, timeExitsWait: tradingState === 'HALTED' });
          const before = 'error' in cancelling || cancelling.changed ? await ledgerBooks(deps, account) : known;
          // An order whose answer was lost would otherwise be unknown, and count as under way, until the next start.
          const unresolved = await resolveUnsent(cancelDeps, account, before.orders).then(() => null, caught);
          const books = before.orders.some(mayBeUnsent) ? await ledgerBooks(deps, account) : before;
          const first = await takeOver(cancelDeps, account, books, barred ? report : undefined);
          const late = await cancelTimedOut(cancelDeps, account, first.books.orders, closedAt).then(
            (after) => ({ after }),
            caught,
          );
          const taken = ('after' in late && late.after) || first;
          const { equity, irregularities } = taken.view.balance;
          await markAccount(deps, account, taken.view.balance);
          const { mark } = taken.books;
          if (mark && irregularities) await reportIrregularities(cancelDeps, mark, irregularities);
          // A venue that takes no cancel still gets the candle: stops must act.
          const unanswered = uncancelled ?? unresolved ?? ('error' in late ? late : null);
          if (unanswered) throw unanswered.error;
          // The other markets are settled: a retry, or the next candle, settles these.
          if (failed.length > 0) {
            const error = marketsFailed('not settled', failed);
            const isLastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
            if (isLastAttempt && failed.length === symbols.length)
              await watch.trouble(account, 'stale-feed', error.message, closedAt);
            throw error;
          }
          await compare(account, closedAt, state, taken);
          return { fills: first.fills + (taken === first ? 0 : taken.fills), equity };
        }),

      // Start-up and crash recovery are the same path: read from the venue what happened meanwhile, then trade.
      reconcile: ({ account }, { job, note }) =>
        watch.guard(job, account, async () => {
          await broker.open(account);
          const { orders, fills, resolved, ...taken } = await followVenue(cancelDeps, account);
          const difference = await standingDifference(cancelDeps, account, taken);
          await markAccount(deps, account, taken.view.balance);
          if (difference !== null) await watch.trouble(account, 'venue-differs', difference, await deps.data.now());
          await watch.reconciled(account);
          note({ risk: riskSummary(await riskStates.read(account)) });
          return { orders, fills, resolved: [...resolved], ...(difference !== null && { difference }) };
        }),

      // Jobs of this queue run one at a time, so no tick changes the books meanwhile.
      compare: ({ account }, { job }) =>
        watch.guard(job, account, async () => {
          await broker.open(account);
          const { fills, ...taken } = await followVenue(cancelDeps, account);
          const difference = await standingDifference(cancelDeps, account, taken);
          if (difference !== null) await watch.trouble(account, 'venue-differs', difference, await deps.data.now());
          return { fills, ...(difference !== null && { difference }) };
        }),

      'cancel-withdrawn': ({ account }, { job, note }) =>
        watch.guard(job, account, async () => {
          await broker.open(account);
          const { withdrawnFlatten } = await riskStates.read(account);
          const cancelled =
            withdrawnFlatten === undefined ? [] : await cancelWithdrawn(withdrawalDeps, account, withdrawnFlatten);
          note({ risk: riskSummary(await riskStates.read(account)) });
          return { cancelled: [...cancelled] };
        }),

      'cancel-open': ({ account, orphans }, { job, note }) =>
        watch.guard(job, account, async () => {
          const outcome = { cancelled: [] as string[], filled: [] as string[] };
          const errors: unknown[] = [];
          for (const of of [account, ...(await incubatingNow(account))]) {
            await broker.open(of);
            const done = await cancelOrders(cancelDeps, of, orphans).catch((error: unknown) => void errors.push(error));
            outcome.cancelled.push(...(done?.cancelled ?? []));
            outcome.filled.push(...(done?.filled ?? []));
          }
          if (errors.length > 0) throw errors[0];
          note({ risk: riskSummary(await riskStates.read(account)) });
          return outcome;
        }),
    },
    deps,
  );
}

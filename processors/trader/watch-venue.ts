import { type Job } from 'bullmq';
import { AppError, errorText, hasCode } from '../../src/domain/errors.ts';
import { type TroubleCause } from '../../src/domain/risk/risk-state.ts';
import { reportGoodCandle, reportTrouble } from '../../src/domain/risk/trouble.ts';
import { type RaiseAlert } from '../agent/raise-alert.ts';
import { type TradingStates } from '../agent/trading-states.ts';

export interface WatchDeps {
  readonly states: Pick<TradingStates, 'change'>;
  readonly raiseAlert: RaiseAlert;
  readonly now: () => Promise<number>;
}

/** Errors of a job that are not the venue's. */
const NOT_THE_VENUE = ['child-failed', 'market-failed', 'lock-lost', 'not-closed'] as const;

export interface VenueWatch {
  /** Runs a job's work. When its last attempt fails at the venue, entries stop until the venue works again. */
  guard<T>(job: Job, account: string, work: () => Promise<T>): Promise<T>;
  /** @param time market time of the trouble, epoch ms */
  trouble(account: string, cause: TroubleCause, text: string, time: number): Promise<void>;
  /** The candles that closed at market time `time` were settled, and the books agree. */
  good(account: string, time: number): Promise<void>;
  /** The ledger has followed the venue since the start of the company. */
  reconciled(account: string): Promise<void>;
}

export function createVenueWatch({ states, raiseAlert, now }: WatchDeps): VenueWatch {
  const trouble: VenueWatch['trouble'] = async (account, cause, text, time) => {
    const { state } = await states.change(account, (current) => ({
      state: reportTrouble(current, cause, text, time),
    }));
    await raiseAlert({
      // Once for each time that trading was reduced.
      key: `${cause}/${account}/e${state.entryEpoch ?? 0}/${text.slice(0, 100)}`,
      account,
      severity: 'critical',
      title: `Trouble: ${cause}`,
      text: `${text}; trading is ${state.tradingState}, set by ${state.stateSetBy}`,
    });
  };
  return {
    trouble,
    async guard(job, account, work) {
      try {
        return await work();
      } catch (error) {
        const isFinal =
          job.attemptsMade + 1 >= (job.opts.attempts ?? 1) || (error instanceof AppError && !error.retryable);
        if (isFinal && !NOT_THE_VENUE.some((code) => hasCode(error, code)))
          await trouble(account, 'venue-errors', `${job.name}: ${errorText(error)}`, await now());
        throw error;
      }
    },
    async reconciled(account) {
      await states.change(account, (state) => {
        if (state.unreconciled !== true) return { state };
        const { unreconciled: _, ...rest } = state;
        return { state: { ...rest, version: state.version + 1 } };
      });
    },
    async good(account, time) {
      await states.change(account, (state) => ({ state: reportGoodCandle(state, time) }));
    },
  };
}

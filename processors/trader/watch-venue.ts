import { type Job } from 'bullmq';
import { AppError, errorText, hasCode } from '../../src/domain/errors.ts';
import { type TroubleCause } from '../../src/domain/risk/risk-state.ts';
import { type BreakerRules } from '../../src/domain/risk/breakers/breaker.ts';
import { countVenueError } from '../../src/domain/risk/breakers/venue-out-of-line.ts';
import { reportGoodCandle } from '../../src/domain/risk/trouble.ts';
import { createTroubleReporter, type TroubleReporterDeps } from '../agent/report-trouble.ts';

export interface WatchDeps extends TroubleReporterDeps {
  readonly now: () => Promise<number>;
  readonly breakers: BreakerRules;
}

/** Errors of a job that are not the venue's. */
const NOT_THE_VENUE = ['child-failed', 'market-failed', 'lock-lost', 'not-closed'] as const;
/** Outages of the store are not counted: they end by themselves, and a restart must change no decision. */
const OUR_STORE = ['mongo-unreachable', 'contention'] as const;

export interface VenueWatch {
  /**
   * Runs a job's work and counts the errors of the venue. When its last attempt fails there, entries stop until the venue
   * works again.
   */
  guard<T>(job: Job, account: string, work: () => Promise<T>): Promise<T>;
  /** @param time market time of the trouble, epoch ms */
  trouble(account: string, cause: TroubleCause, text: string, time: number): Promise<void>;
  /** The candles that closed at market time `time` were settled, and the books agree. */
  good(account: string, time: number): Promise<void>;
  /** The ledger has followed the venue since the start of the company. */
  reconciled(account: string): Promise<void>;
}

export function createVenueWatch({ states, raiseAlert, now, breakers }: WatchDeps): VenueWatch {
  const trouble = createTroubleReporter({ states, raiseAlert });

  /** The CEO acts on repeated errors, also on those that a retry overcomes. */
  const count = async (account: string): Promise<void> => {
    const time = await now();
    await states.change(account, (state) => ({ state: countVenueError(state, time, breakers) }));
  };

  return {
    trouble,
    async guard(job, account, work) {
      try {
        return await work();
      } catch (error) {
        const isFinal =
          job.attemptsMade + 1 >= (job.opts.attempts ?? 1) || (error instanceof AppError && !error.retryable);
        if (NOT_THE_VENUE.some((code) => hasCode(error, code))) throw error;
        // A store that is away must not hide the error of the venue.
        if (!OUR_STORE.some((code) => hasCode(error, code))) await count(account).catch(() => undefined);
        if (isFinal) await trouble(account, 'venue-errors', `${job.name}: ${errorText(error)}`, await now());
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

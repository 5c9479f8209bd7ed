import { PRIORITIES } from './meta.ts';
import { type Producer } from './producer.ts';

export interface ScheduleIntervals {
  readonly superviseEveryMs: number;
  readonly censusEveryMs: number;
  readonly sweepEveryMs: number;
  /** Comparison of the ledger with the venue; only in modes of real time, where the venue acts between candles. */
  readonly compareEveryMs?: number;
}

const template = (name: string, payload: object = {}) => ({
  name,
  data: { meta: { priority: 'high', causedBy: `schedule/${name}` }, payload },
  // A job without a priority would run before all others, even `critical` ones.
  opts: { priority: PRIORITIES.high },
});

/**
 * Jobs that run by wall clock. They are small and idempotent, so overlapping runs do no harm. Schedules are upserted by
 * name, so any number of nodes may call this.
 */
export async function upsertSchedules(
  producer: Producer,
  account: string,
  intervals: ScheduleIntervals,
): Promise<void> {
  await Promise.all([
    producer.queue('ceo').upsertJobScheduler('supervise', { every: intervals.superviseEveryMs }, template('supervise')),
    producer
      .queue('worker-manager')
      .upsertJobScheduler('census', { every: intervals.censusEveryMs }, template('census')),
    producer.queue('task-manager').upsertJobScheduler('sweep', { every: intervals.sweepEveryMs }, template('sweep')),
    producer
      .queue('risk-manager')
      .upsertJobScheduler('monitor', { every: intervals.superviseEveryMs }, template('monitor', { account })),
    intervals.compareEveryMs === undefined
      ? producer.queue('trader').removeJobScheduler('compare')
      : producer
          .queue('trader')
          .upsertJobScheduler('compare', { every: intervals.compareEveryMs }, template('compare', { account })),
  ]);
}

/** The same for the coordinator's own queues. */
export async function upsertFleetSchedules(
  producer: Producer,
  intervals: { readonly sweepEveryMs: number; readonly censusEveryMs: number; readonly verifyEveryMs: number },
): Promise<void> {
  const manager = producer.queue('worker-manager');
  await Promise.all([
    manager.upsertJobScheduler('sweep-leases', { every: intervals.sweepEveryMs }, template('sweep-leases')),
    manager.upsertJobScheduler('verify-results', { every: intervals.verifyEveryMs }, template('verify-results')),
    // The census records failures of the sweep even when the process that saw them died.
    manager.upsertJobScheduler('census', { every: intervals.censusEveryMs }, template('census')),
  ]);
}

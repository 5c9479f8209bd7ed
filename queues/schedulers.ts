import { PRIORITIES } from './meta.ts';
import { type Producer } from './producer.ts';

export interface ScheduleIntervals {
  readonly superviseEveryMs: number;
  readonly censusEveryMs: number;
  readonly sweepEveryMs: number;
}

const template = (name: string, payload: object = {}) => ({
  name,
  data: { meta: { priority: 'high', causedBy: `schedule/${name}` }, payload },
  // Without a number of its own a job runs before all others, a `critical` one included.
  opts: { priority: PRIORITIES.high },
});

/**
 * What happens by the wall clock. The jobs are small and idempotent, so runs that overlap do no harm; upserting by
 * name means that any number of nodes may call this.
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
  ]);
}

/** The same for the queues of the coordinator, which has no company around it. */
export async function upsertFleetSchedules(
  producer: Producer,
  intervals: { readonly sweepEveryMs: number; readonly censusEveryMs: number; readonly verifyEveryMs: number },
): Promise<void> {
  const manager = producer.queue('worker-manager');
  await Promise.all([
    manager.upsertJobScheduler('sweep-leases', { every: intervals.sweepEveryMs }, template('sweep-leases')),
    manager.upsertJobScheduler('verify-results', { every: intervals.verifyEveryMs }, template('verify-results')),
    // Failures of the sweep are recorded even when the process that saw them died.
    manager.upsertJobScheduler('census', { every: intervals.censusEveryMs }, template('census')),
  ]);
}

import { type Producer } from './producer.ts';

export interface ScheduleIntervals {
  readonly superviseEveryMs: number;
  readonly censusEveryMs: number;
  readonly sweepEveryMs: number;
}

/**
 * What happens by the wall clock. The jobs are small and idempotent, so runs that overlap do no harm; upserting by
 * name means that any number of nodes may call this.
 */
export async function upsertSchedules(
  producer: Producer,
  account: string,
  intervals: ScheduleIntervals,
): Promise<void> {
  const envelope = (payload: object, name: string): { meta: object; payload: object } => ({
    meta: { priority: 'high', causedBy: `schedule/${name}` },
    payload,
  });
  await Promise.all([
    producer
      .queue('ceo')
      .upsertJobScheduler(
        'supervise',
        { every: intervals.superviseEveryMs },
        { name: 'supervise', data: envelope({}, 'supervise') },
      ),
    producer
      .queue('worker-manager')
      .upsertJobScheduler(
        'census',
        { every: intervals.censusEveryMs },
        { name: 'census', data: envelope({}, 'census') },
      ),
    producer
      .queue('task-manager')
      .upsertJobScheduler('sweep', { every: intervals.sweepEveryMs }, { name: 'sweep', data: envelope({}, 'sweep') }),
    producer
      .queue('risk-manager')
      .upsertJobScheduler(
        'monitor',
        { every: intervals.superviseEveryMs },
        { name: 'monitor', data: envelope({ account }, 'monitor') },
      ),
  ]);
}

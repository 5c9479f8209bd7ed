import { PRIORITIES } from './meta.ts';
import { type QueueName } from './names.ts';
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

interface Schedule {
  readonly queue: QueueName;
  readonly name: string;
  readonly everyMs: number;
  readonly payload?: object;
}

/** Jobs that run by wall clock. They are small and idempotent, so overlapping runs do no harm. */
const companySchedules = (account: string, intervals: ScheduleIntervals): readonly Schedule[] => [
  { queue: 'ceo', name: 'supervise', everyMs: intervals.superviseEveryMs },
  { queue: 'worker-manager', name: 'census', everyMs: intervals.censusEveryMs },
  { queue: 'task-manager', name: 'sweep', everyMs: intervals.sweepEveryMs },
  { queue: 'risk-manager', name: 'monitor', everyMs: intervals.superviseEveryMs, payload: { account } },
  ...(intervals.compareEveryMs === undefined
    ? []
    : [{ queue: 'trader', name: 'compare', everyMs: intervals.compareEveryMs, payload: { account } } as const]),
];

export interface FleetIntervals {
  readonly sweepEveryMs: number;
  readonly censusEveryMs: number;
  readonly verifyEveryMs: number;
}

const fleetSchedules = (intervals: FleetIntervals): readonly Schedule[] => [
  { queue: 'worker-manager', name: 'sweep-leases', everyMs: intervals.sweepEveryMs },
  { queue: 'worker-manager', name: 'verify-results', everyMs: intervals.verifyEveryMs },
  // The census records failures of the sweep even when the process that saw them died.
  { queue: 'worker-manager', name: 'census', everyMs: intervals.censusEveryMs },
];

const upsert = (producer: Producer, { queue, name, everyMs, payload }: Schedule): Promise<unknown> =>
  producer.queue(queue).upsertJobScheduler(name, { every: everyMs }, template(name, payload));

/** Upserts those that Redis does not have; returns their names. */
async function upsertMissing(producer: Producer, schedules: readonly Schedule[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const schedule of schedules) {
    const { queue, name } = schedule;
    if ((await producer.queue(queue).getJobScheduler(name)) !== undefined) continue;
    await upsert(producer, schedule);
    missing.push(`${queue}:${name}`);
  }
  return missing;
}

/** Schedules are upserted by name, so that any number of nodes may call this. */
export async function upsertSchedules(
  producer: Producer,
  account: string,
  intervals: ScheduleIntervals,
): Promise<void> {
  await Promise.all([
    ...companySchedules(account, intervals).map((schedule) => upsert(producer, schedule)),
    ...(intervals.compareEveryMs === undefined ? [producer.queue('trader').removeJobScheduler('compare')] : []),
  ]);
}

/** After a loss of Redis. @returns the schedules that were missing, as `queue:name` */
export const restoreSchedules = (
  producer: Producer,
  account: string,
  intervals: ScheduleIntervals,
): Promise<readonly string[]> => upsertMissing(producer, companySchedules(account, intervals));

/** The same for the coordinator's own queues. */
export async function upsertFleetSchedules(producer: Producer, intervals: FleetIntervals): Promise<void> {
  await Promise.all(fleetSchedules(intervals).map((schedule) => upsert(producer, schedule)));
}

export const restoreFleetSchedules = (producer: Producer, intervals: FleetIntervals): Promise<readonly string[]> =>
  upsertMissing(producer, fleetSchedules(intervals));

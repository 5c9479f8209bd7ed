import { type FeedDeps } from './feed-deps.ts';

const DAY_MS = 86_400_000;

/** `23:00` as milliseconds after midnight. */
function timeOfDayMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/** Midnights (UTC, epoch ms) for which midnight + offset lies in (from, to]. */
function daysCrossed(from: number, to: number, offset: number): readonly number[] {
  const days: number[] = [];
  for (let day = Math.floor((from - offset) / DAY_MS) * DAY_MS + DAY_MS; day + offset <= to; day += DAY_MS)
    days.push(day);
  return days;
}

/** Adds the jobs that open and close the trading days in (from, to]. Their ids are unique per account and day. */
export async function dayEvents(
  { producer, descriptor, config }: Pick<FeedDeps, 'producer' | 'descriptor' | 'config'>,
  from: number,
  to: number,
): Promise<void> {
  const { account } = descriptor;
  const { dayStartsAt, dayStopsAt } = config.agents.ceo;
  for (const day of daysCrossed(from, to, timeOfDayMs(dayStartsAt))) {
    await producer.add(
      'ceo',
      'start-day',
      { account, day },
      { jobId: `start-day.${account}.d${day}`, meta: { priority: 'high', causedBy: 'feed' } },
    );
  }
  for (const day of daysCrossed(from, to, timeOfDayMs(dayStopsAt))) {
    await producer.add(
      'ceo',
      'stop-day',
      { account, day },
      { jobId: `stop-day.${account}.d${day}`, meta: { priority: 'high', causedBy: 'feed' } },
    );
  }
}

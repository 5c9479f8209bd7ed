import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeedDeps } from '../../../src/feed/feed-deps.ts';
import { dayEvents } from '../../../src/feed/trading-day.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Jobs that the day's events between two market times add for the CEO. */
async function eventsOf(from: number, to: number, hours: { starts?: string; stops?: string } = {}) {
  const asked: { name: string; day: number; jobId: string }[] = [];
  const deps = {
    descriptor: { account: 'paper' },
    config: { agents: { ceo: { dayStartsAt: hours.starts ?? '00:00', dayStopsAt: hours.stops ?? '23:00' } } },
    producer: {
      async add(_queue: string, name: string, { day }: { day: number }, { jobId }: { jobId: string }) {
        asked.push({ name, day, jobId });
      },
    },
  } as unknown as FeedDeps;
  await dayEvents(deps, from, to);
  return asked;
}
const names = async (from: number, to: number): Promise<readonly string[]> =>
  (await eventsOf(from, to)).map(({ name, day }) => `${name} ${day / DAY}`);

describe('trading days', () => {
  it('open and close with the candle that reaches the configured time', async () => {
    expect(await names(100 * DAY - HOUR, 100 * DAY)).toEqual(['start-day 100']);
    expect(await names(100 * DAY, 100 * DAY + HOUR)).toEqual([]);
    expect(await names(100 * DAY + 22 * HOUR, 100 * DAY + 23 * HOUR)).toEqual(['stop-day 100']);
    expect(await names(100 * DAY + 23 * HOUR, 101 * DAY)).toEqual(['start-day 101']);
  });

  it('are all opened and closed when a long candle passes several', async () => {
    expect(await names(100 * DAY, 102 * DAY)).toEqual([
      'start-day 101',
      'start-day 102',
      'stop-day 100',
      'stop-day 101',
    ]);
  });

  it('may open at any hour', async () => {
    const events = await eventsOf(100 * DAY, 101 * DAY, { starts: '06:30', stops: '06:29' });
    expect(events.map(({ name, day }) => [name, day / DAY])).toEqual([
      ['start-day', 100],
      ['stop-day', 100],
    ]);
  });

  it('give the same events for any candle length, and no id twice', async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 10 * 24 * 60 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (minutes) => {
        const edges = [0, ...[...minutes].sort((a, b) => a - b), 10 * 24 * 60].map(
          (minute) => 50 * DAY + minute * 60_000,
        );
        const parts = await Promise.all(edges.slice(1).map((to, i) => eventsOf(edges[i]!, to)));
        const ids = parts.flat().map(({ jobId }) => jobId);
        const whole = (await eventsOf(edges[0]!, edges.at(-1)!)).map(({ jobId }) => jobId);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...ids].sort()).toEqual([...whole].sort());
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { type WorkResponse } from '../../../src/ports/fleet/worker-source.ts';
import { runWorkLoop, type WorkDone } from '../../../src/worker/work-loop.ts';

type Event = WorkResponse | 'away';

const unit = (id: number): WorkResponse => ({ unit: { id, params: {}, replica: 1, lease: 'l' } });
const NONE: WorkResponse = { none: 'No work available' };

interface LoopRun extends WorkDone {
  readonly pauses: readonly number[];
  readonly reported: readonly unknown[];
  readonly said: readonly string[];
}

/** A worker that gets these events in sequence and is stopped afterwards. Odd units fail. */
async function runEvents(
  events: readonly Event[],
  { isTaken = true, once = false, random = 0 } = {},
): Promise<LoopRun> {
  const stop = new AbortController();
  const [pauses, reported, said]: [number[], unknown[], string[]] = [[], [], []];
  let at = 0;
  const done = await runWorkLoop({
    source: {
      async next() {
        const event = events[at] ?? NONE;
        at += 1;
        if (at > events.length) stop.abort();
        if (event === 'away') throw new AppError('coordinator-away', 'nobody is there', { retryable: true });
        return event;
      },
      async submit({ id }) {
        reported.push(id);
        return isTaken;
      },
    },
    async work({ id }) {
      if (Number(id) % 2 === 1) throw new AppError('no-candles', `no candles for ${id}`);
      return { pnl: 1 };
    },
    say: (text) => said.push(text),
    signal: stop.signal,
    pauseMs: 1000,
    random: () => random,
    once,
    async pause(ms) {
      if (!stop.signal.aborted) pauses.push(ms);
    },
  });
  return { ...done, pauses, reported, said };
}

describe('the loop of a worker', () => {
  it('executes units without a pause between them', async () => {
    expect(await runEvents([unit(2), unit(4), unit(6)])).toMatchObject({ done: 3, failed: 0, pauses: [] });
  });

  it('adds jitter: two workers that lost the coordinator at the same time do not return at the same time', async () => {
    const away: readonly Event[] = ['away', 'away', 'away', 'away'];
    expect((await runEvents(away, { random: 0 })).pauses).toEqual([1000, 2000, 4000, 8000]);
    expect((await runEvents(away, { random: 0.5 })).pauses).toEqual([750, 1500, 3000, 6000]);
  });

  it('abandons a failed unit, and waits longer each time so that other workers can take it', async () => {
    const run = await runEvents([unit(1), unit(1), unit(1), unit(2), unit(1)]);
    expect(run).toMatchObject({ done: 1, failed: 4, reported: [2], pauses: [1000, 2000, 4000, 1000] });
    expect(run.said[0]).toBe('unit 1: no candles for 1');
  });

  it('counts a refused report as failed', async () => {
    expect(await runEvents([unit(2)], { isTaken: false })).toMatchObject({ done: 0, failed: 1, pauses: [1000] });
  });

  it('polls at a constant pace without work, and with back-off up to 5 minutes without answers', async () => {
    const silence = Array<Event>(12).fill('away');
    const { pauses } = await runEvents([NONE, NONE, ...silence, NONE, 'away']);
    expect(pauses.slice(0, 5)).toEqual([1000, 1000, 1000, 2000, 4000]);
    expect(pauses.slice(12)).toEqual([300_000, 300_000, 1000, 1000]);
  });

  it('ends when the coordinator requests a shutdown, and reports nothing more', async () => {
    const run = await runEvents([unit(2), { shutdown: 'too many' }, unit(4)]);
    expect(run).toMatchObject({ done: 1, reported: [2] });
    expect(run.said.at(-1)).toBe('stopping: too many');
  });

  it('with `once` ends when there is no work, without waiting', async () => {
    expect(await runEvents([unit(1), unit(2), NONE], { once: true })).toMatchObject({ done: 1, failed: 1, pauses: [] });
  });
});

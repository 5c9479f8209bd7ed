import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentAgents } from '../../../src/domain/risk/silent-agents.ts';

const MINUTE = 60_000;
const LIMIT = 5 * MINUTE;
const DESKS = ['trader', 'analyst'];
const silent = (beats: readonly { agent: string; lastSeen: number }[], now: number, since = 0) =>
  silentAgents(DESKS, beats, now, LIMIT, since);

describe('the watch over the desks', () => {
  it('calls silent who was not heard of for longer than the limit, to the millisecond', () => {
    const beats = DESKS.map((agent) => ({ agent, lastSeen: MINUTE }));
    expect(silent(beats, MINUTE + LIMIT)).toEqual([]);
    expect(silent(beats, MINUTE + LIMIT + 1)).toEqual(DESKS);
  });

  it('is content with one node of many that is heard of', () => {
    const dead = { agent: 'trader', lastSeen: 0 };
    const living = { agent: 'trader', lastSeen: 20 * MINUTE };
    expect(silent([dead, living, { agent: 'analyst', lastSeen: 20 * MINUTE }], 21 * MINUTE)).toEqual([]);
  });

  it('gives desks that were never heard of the same time from the start of the watch', () => {
    expect(silent([], 10 * MINUTE, 6 * MINUTE)).toEqual([]);
    expect(silent([], 12 * MINUTE, 6 * MINUTE)).toEqual(DESKS);
  });

  it('knows no desk that it was not told to expect, and none that is silent in the future', () => {
    const beats = fc.array(fc.record({ agent: fc.constantFrom('trader', 'analyst', 'ghost'), lastSeen: fc.nat(1e7) }));
    fc.assert(
      fc.property(beats, fc.nat(1e7), (given, now) => {
        const found = silent(given, now, now);
        expect(found).toEqual([]);
        expect(silent(given, now).every((agent) => DESKS.includes(agent))).toBe(true);
      }),
    );
  });
});

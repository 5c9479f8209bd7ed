import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentAgents } from '../../../src/domain/risk/silent-agents.ts';

const MINUTE = 60_000;
const LIMIT = 5 * MINUTE;
const AGENTS = ['trader', 'analyst'];
const silent = (beats: readonly { agent: string; lastSeen: number }[], now: number, since = 0) =>
  silentAgents(AGENTS, beats, now, LIMIT, since);

describe('silentAgents', () => {
  it('returns agents without a heartbeat for longer than the limit, to the millisecond', () => {
    const beats = AGENTS.map((agent) => ({ agent, lastSeen: MINUTE }));
    expect(silent(beats, MINUTE + LIMIT)).toEqual([]);
    expect(silent(beats, MINUTE + LIMIT + 1)).toEqual(AGENTS);
  });

  it('needs a heartbeat from one node only', () => {
    const dead = { agent: 'trader', lastSeen: 0 };
    const living = { agent: 'trader', lastSeen: 20 * MINUTE };
    expect(silent([dead, living, { agent: 'analyst', lastSeen: 20 * MINUTE }], 21 * MINUTE)).toEqual([]);
  });

  it('measures agents without any heartbeat from the start of the supervision', () => {
    expect(silent([], 10 * MINUTE, 6 * MINUTE)).toEqual([]);
    expect(silent([], 12 * MINUTE, 6 * MINUTE)).toEqual(AGENTS);
  });

  it('returns expected agents only, and none before the limit', () => {
    const beats = fc.array(fc.record({ agent: fc.constantFrom('trader', 'analyst', 'ghost'), lastSeen: fc.nat(1e7) }));
    fc.assert(
      fc.property(beats, fc.nat(1e7), (given, now) => {
        const found = silent(given, now, now);
        expect(found).toEqual([]);
        expect(silent(given, now).every((agent) => AGENTS.includes(agent))).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  countResults,
  isQuarantined,
  isResting,
  kindsFor,
  newWorker,
  quarantine,
  release,
  suspect,
  type CountedResult,
} from '../../../src/domain/fleet/worker.ts';
import { hostOf, instanceOf, limitBroken } from '../../../src/domain/fleet/worker-name.ts';
import { MINUTE, T0 } from './fleet-fixture.ts';

const worker = newWorker('studio.local_Darwin_W3', T0);
const counted = (change: Partial<CountedResult> = {}): CountedResult => ({
  key: 'k',
  verdict: 'accepted',
  executionSeconds: 12.5,
  generation: 'root',
  at: T0 + MINUTE,
  ...change,
});

describe('a name', () => {
  it.each([
    ['studio.local_Darwin_W3', 'studio', 3],
    ['a.local.b.local_Linux_W12', 'a.b', 12],
    ['box_Windows_W1', 'box', 1],
    ['my_Linux_box_Linux_W1', 'my_Linux_box', 1],
    ['nothing', 'nothing', null],
    ['x_W1_W2', 'x_W1', 2],
    ['W5', 'W5', null],
  ])('%s is of %s, instance %s', (name, host, instance) => {
    expect(hostOf(name)).toBe(host);
    expect(instanceOf(name)).toBe(instance);
  });

  it('exceeds a limit when its machine has one and its number is higher', () => {
    const limits = [{ hostname: 'Studio', maxWorkers: 2 }];
    expect(limitBroken('studio.local_Darwin_W3', limits)).toBe(limits[0]);
    expect(limitBroken('studio.local_Darwin_W2', limits)).toBeNull();
    expect(limitBroken('studio', limits)).toBeNull();
    expect(limitBroken('other_Linux_W9', limits)).toBeNull();
    expect(limitBroken('studio_Linux_W1', [{ hostname: 'studio', maxWorkers: 0 }])).not.toBeNull();
  });
});

describe('a worker', () => {
  it('counts results by verdict, and the time of all results', () => {
    const tallies = [
      counted(),
      counted({ verdict: 'invalid' }),
      counted({ verdict: 'late' }),
      counted({ verdict: 'disagrees' }),
    ].map((entry, i) => ({ ...entry, key: `k${i}` }));
    const after = countResults(countResults(worker, tallies.slice(0, 3)), tallies.slice(3));
    expect(after).toMatchObject({
      completed: 2,
      refused: 1,
      surplus: 1,
      executionSeconds: 50,
      counted: ['k3'],
      generation: 'root',
      lastSeen: T0 + MINUTE,
    });
    expect(countResults(after, [counted({ generation: 'unknown' })]).generation).toBe('root');
  });

  it('rests for an hour after three refused results in a row', () => {
    const refused = countResults(
      worker,
      [1, 2, 3].map((i) => counted({ key: `k${i}`, verdict: 'constants' })),
    );
    expect(isResting(worker, T0)).toBe(false);
    expect(isResting(refused, T0 + 2 * MINUTE)).toBe(true);
    expect(isResting(refused, T0 + 61 * MINUTE)).toBe(false);
    expect(isResting(countResults(refused, [counted({ verdict: 'late' })]), T0 + 2 * MINUTE)).toBe(true);
    expect(isResting(countResults(refused, [counted()]), T0 + 2 * MINUTE)).toBe(false);
  });

  it('gets single genomes unless its engine crashes on them, and specs if it accepts them', () => {
    expect([...kindsFor(worker, false)]).toEqual(['genetic', 'evaluate']);
    expect([...kindsFor({ ...worker, generation: 'v3' }, false)]).toEqual(['genetic']);
    expect([...kindsFor({ ...worker, generation: 'corp' }, true)]).toEqual(['genetic', 'evaluate', 'specs']);
  });

  it('is a suspect per unit', () => {
    const twice = suspect(suspect(worker, 1, true), 2, true);
    expect(twice.suspectOver).toEqual([1, 2]);
    expect(suspect(twice, 2, true)).toBe(twice);
    expect(suspect(twice, 1, false).suspectOver).toEqual([2]);
    expect(suspect(worker, 1, false)).toBe(worker);
  });

  it('in quarantine keeps the first reason; a release clears its record', () => {
    const out = quarantine(suspect(worker, 1, true), 'reports what is not so', T0);
    expect(isQuarantined(out)).toBe(true);
    expect(quarantine(out, 'another', T0 + 1)).toBe(out);
    expect(release(out)).toMatchObject({ quarantine: '', quarantinedAt: null, suspectOver: [], withdrawn: false });
  });
});

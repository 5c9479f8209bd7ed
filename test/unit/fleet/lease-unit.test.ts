import { describe, expect, it } from 'vitest';
import { byTurn, chooseUnit, expireLeases, fitOf, leaseTo } from '../../../src/domain/fleet/lease-unit.ts';
import { freeReplicas, nextExpiry, runningOf, type Unit } from '../../../src/domain/fleet/unit.ts';
import { asker, leased, MINUTE, RULES, T0, take, unit } from './fleet-fixture.ts';

const A = 'alpha_Linux_W1';
const B = 'beta_Darwin_W1';
const ALPHA_2 = 'alpha_Linux_W2';

describe('a lease', () => {
  it('assigns the replicas of a unit to different workers, numbered from 1, for the configured time', () => {
    const both = leased(unit(), [A, B]);
    expect(both.leases.map(({ workerId, replica, seq, state }) => [workerId, replica, seq, state])).toEqual([
      [A, 1, 1, 'running'],
      [B, 2, 2, 'running'],
    ]);
    expect(both.state).toBe('in_progress');
    expect(nextExpiry(both)).toBe(T0 + RULES.leaseMs);
    expect(freeReplicas(both)).toBe(0);
    for (const worker of [A, B, 'gamma_Linux_W1']) expect(fitOf(both, asker(worker), RULES)).toBe('no');
  });

  it('is never given twice to one worker, neither while it runs nor after its result', () => {
    const one = leased(unit(), [A]);
    expect(fitOf(one, asker(A), RULES)).toBe('no');
    expect(fitOf(one, asker(B), RULES)).toBe('yes');
    const returned = take(one, A, 1).unit;
    expect(freeReplicas(returned)).toBe(1);
    expect(fitOf(returned, asker(A), RULES)).toBe('no');
  });

  it('is not given again to a worker whose result was refused', () => {
    const refused = take(leased(unit(), [A]), A, 1, { verdict: 'constants' }).unit;
    expect(freeReplicas(refused)).toBe(2);
    expect(fitOf(refused, asker(A), RULES)).toBe('no');
    expect(fitOf(refused, asker(B), RULES)).toBe('yes');
  });

  it('with distinct hosts is not given to another worker of a participating machine', () => {
    const rules = { ...RULES, distinct: 'hosts' } as const;
    const one = leased(unit(), [A], T0, rules);
    expect(fitOf(one, asker(ALPHA_2), rules)).toBe('no');
    expect(fitOf(one, asker(ALPHA_2), RULES)).toBe('yes');
    expect(fitOf(one, asker(B), rules)).toBe('yes');
    const expired = expireLeases(one, rules, T0 + rules.leaseMs);
    expect(fitOf(expired, asker(ALPHA_2), rules)).toBe('yes');
  });

  it('is given only for kinds that the worker accepts', () => {
    const plain = { ...asker(A), kinds: new Set(['genetic'] as const) };
    expect(fitOf(unit(), plain, RULES)).toBe('yes');
    expect(fitOf(unit({ kind: 'specs' }), plain, RULES)).toBe('no');
  });
});

describe('an expired lease', () => {
  it('ends, and its replica goes to the next worker under the same number', () => {
    const two = leased(unit(), [A, B]);
    const early = expireLeases(two, RULES, T0 + RULES.leaseMs - 1);
    expect(early).toBe(two);
    const later = leased(unit(), [A]);
    const ended = expireLeases(leaseTo(later, asker(B), RULES, T0 + 5 * MINUTE), RULES, T0 + RULES.leaseMs);
    expect(ended.leases.map(({ state }) => state)).toEqual(['expired', 'running']);
    const again = leaseTo(ended, asker('gamma_Linux_W1'), RULES, T0 + RULES.leaseMs);
    expect(again.leases.at(-1)).toMatchObject({ replica: 1, seq: 3, state: 'running' });
  });

  it('makes a unit without workers pending again, at the end of the queue', () => {
    const now = T0 + RULES.leaseMs;
    const ended = expireLeases(leased(unit(), [A]), RULES, now);
    expect(ended).toMatchObject({ state: 'pending', turn: now });
    const younger = unit({ id: 2, createdAt: now - 1 });
    expect([ended, younger].sort(byTurn)).toEqual([younger, ended]);
  });

  it('may be given to the same worker again, but only when there is nothing else', () => {
    const expired = expireLeases(leased(unit(), [A]), RULES, T0 + RULES.leaseMs);
    expect(fitOf(expired, asker(A), RULES)).toBe('last-resort');
    const other = unit({ id: 2, createdAt: T0 + 60 * MINUTE });
    expect(chooseUnit([expired, other], asker(A), RULES)).toBe(other);
    expect(chooseUnit([expired], asker(A), RULES)).toBe(expired);
    const oldest = { ...expired, turn: T0 };
    expect(chooseUnit([other, oldest], asker(B), RULES)).toBe(oldest);
  });

  it('fails the unit after a limited number; the reason names the workers', () => {
    let current: Unit = unit();
    let now = T0;
    for (let i = 0; i < RULES.maxExpiries; i += 1) {
      expect(current.state).toBe('pending');
      current = leaseTo(current, asker(i % 2 === 0 ? A : B), RULES, now);
      now += RULES.leaseMs;
      current = expireLeases(current, RULES, now);
    }
    expect(current).toMatchObject({ state: 'failed', endedAt: now });
    expect(current.reason).toBe(`5 leases ran out without a result: ${A} (3), ${B} (2)`);
    expect(freeReplicas(current)).toBe(0);
    expect(expireLeases(current, RULES, now + RULES.leaseMs)).toBe(current);
  });

  it('does not fail a unit that running leases may still complete', () => {
    const rules = { ...RULES, maxExpiries: 1 };
    const long = leaseTo(leased(unit({ replicas: 1 }), []), asker(A), rules, T0);
    const lost = expireLeases(long, rules, T0 + rules.leaseMs);
    expect(lost.state).toBe('failed');
    // A late result of the expired lease and the running one make two.
    const two = leaseTo(leased(unit(), [A], T0, rules), asker(B), rules, T0 + MINUTE);
    const oneLost = expireLeases(take(two, B, 1).unit, { ...rules, maxExpiries: 2 }, T0 + rules.leaseMs);
    expect(oneLost.state).toBe('in_progress');
    const again = leaseTo(oneLost, asker('gamma_Linux_W1'), { ...rules, maxExpiries: 2 }, T0 + rules.leaseMs);
    expect(runningOf(again)).toHaveLength(1);
    expect(again.state).toBe('in_progress');
  });
});

describe('the queue order', () => {
  it('is higher priority first, then older, then lower id', () => {
    const units = [
      unit({ id: 4, createdAt: T0 }),
      unit({ id: 3, createdAt: T0 }),
      unit({ id: 2, createdAt: T0 - 1 }),
      unit({ id: 9, createdAt: T0 + 1, priority: 6 }),
    ];
    expect([...units].sort(byTurn).map(({ id }) => id)).toEqual([9, 2, 3, 4]);
  });

  it('a unit whose leases keep expiring does not starve the others', () => {
    const rules = { ...RULES, maxExpiries: 100 };
    let line: Unit[] = [unit({ id: 1 }), ...[2, 3, 4].map((id) => unit({ id, createdAt: T0 + id }))];
    let now = T0 + 10;
    const served = new Set<number>();
    // No worker reports on unit 1; all report on the others at once.
    for (let i = 0; i < 12; i += 1) {
      const worker = `w${i}_Linux_W1`;
      const chosen = chooseUnit(line, asker(worker), rules);
      if (!chosen) break;
      served.add(chosen.id);
      const next = leaseTo(chosen, asker(worker), rules, now);
      now += rules.leaseMs;
      const after = chosen.id === 1 ? expireLeases(next, rules, now) : take(next, worker, i + 1).unit;
      line = line.map((other) => (other.id === chosen.id ? after : other));
    }
    expect(served).toEqual(new Set([1, 2, 3, 4]));
    expect(line.filter(({ state }) => state === 'completed').map(({ id }) => id)).toEqual([2, 3, 4]);
  });
});

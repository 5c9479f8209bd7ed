import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expireLeases, fitOf, leaseTo } from '../../../src/domain/fleet/lease-unit.ts';
import { cancel, receive, withdraw } from '../../../src/domain/fleet/receive-result.ts';
import { disputeOf } from '../../../src/domain/fleet/resolve-unit.ts';
import { freeReplicas, isOpen, runningOf, type Unit, votesOf } from '../../../src/domain/fleet/unit.ts';
import { arrival, asker, evaluation, leased, MINUTE, RULES, T0, take, unit } from './fleet-fixture.ts';

const [A, B, C, D, E] = ['a_Linux_W1', 'b_Linux_W1', 'c_Linux_W1', 'd_Linux_W1', 'e_Linux_W1'] as const;
const verdicts = ({ leases }: Unit): unknown => leases.map(({ result }) => result?.verdict ?? null);

describe('a result', () => {
  it('counts; enough results complete the unit, and the best sound one becomes canonical', () => {
    const first = take(leased(unit(), [A, B]), A, 1, { pnl: 5 });
    expect(first).toMatchObject({ verdict: 'accepted', replica: 1, unit: { state: 'in_progress', canonical: null } });
    const second = take(first.unit, B, 2, { pnl: 7, digest: 'another' });
    expect(second).toMatchObject({
      verdict: 'accepted',
      replica: 2,
      unit: { state: 'completed', canonical: 2, endedAt: T0 + MINUTE },
    });
    const unsound = take(first.unit, B, 2, { pnl: 7, sound: false }).unit;
    expect(unsound).toMatchObject({ state: 'completed', canonical: 1 });
  });

  it('of a worker that never had the unit is an orphan', () => {
    const current = leased(unit(), [A]);
    expect(take(current, B, 1)).toEqual({ unit: current, verdict: 'orphan', replica: 0 });
  });

  it('sent twice counts once: the same one, and another of the same worker', () => {
    const first = take(leased(unit(), [A]), A, 1);
    const same = take(first.unit, A, 1);
    expect(same.unit).toBe(first.unit);
    expect(same.verdict).toBe('accepted');
    const other = take(first.unit, A, 2, { pnl: 99 });
    expect(other.unit).toBe(first.unit);
    expect(other.verdict).toBe('duplicate');
  });

  it('of a worker that leased the unit twice counts once, for either lease', () => {
    const expired = expireLeases(leased(unit(), [A]), RULES, T0 + RULES.leaseMs);
    const again = leaseTo(expired, asker(A), RULES, T0 + RULES.leaseMs);
    const first = take(again, A, 1);
    expect(first).toMatchObject({ verdict: 'accepted', unit: { state: 'in_progress' } });
    const second = take(first.unit, A, 2, { pnl: 99 });
    expect(second.verdict).toBe('duplicate');
    expect(votesOf(second.unit)).toHaveLength(1);
  });

  it('counts after its lease ran out, as long as the unit is open', () => {
    const expired = expireLeases(leased(unit({ replicas: 1 }), [A]), RULES, T0 + RULES.leaseMs);
    const released = leaseTo(expired, asker(B), RULES, T0 + RULES.leaseMs);
    const late = take(released, A, 1, {}, T0 + RULES.leaseMs + 1);
    expect(late).toMatchObject({ verdict: 'accepted', replica: 1, unit: { state: 'completed' } });
    // The next worker of that replica is now too late.
    const tooLate = take(late.unit, B, 2, {}, T0 + RULES.leaseMs + 2);
    expect(tooLate.verdict).toBe('late');
    expect(tooLate.unit.state).toBe('completed');
    expect(votesOf(tooLate.unit)).toHaveLength(1);
  });

  it('of a unit that was cancelled is late', () => {
    const current = cancel(leased(unit(), [A]), 'no longer wanted', T0);
    expect(current).toMatchObject({ state: 'cancelled', reason: 'no longer wanted', endedAt: T0 });
    expect(take(current, A, 1)).toMatchObject({ verdict: 'late', unit: { state: 'cancelled' } });
    expect(cancel(current, 'again', T0 + 1)).toBe(current);
  });

  it.each(['invalid', 'constants', 'untrusted'] as const)(
    'that is %s gives the replica to another worker',
    (verdict) => {
      const now = T0 + MINUTE;
      const { unit: next, ...receipt } = take(leased(unit(), [A]), A, 1, { verdict }, now);
      expect(receipt).toEqual({ verdict, replica: 1 });
      expect(next).toMatchObject({ state: 'pending', turn: now });
      expect(leaseTo(next, asker(B), RULES, now).leases.at(-1)?.replica).toBe(1);
    },
  );

  it('refused too often fails the unit; the reason lists the verdicts', () => {
    let current: Unit = unit();
    for (let i = 1; i <= 10; i += 1) {
      const worker = `w${i}_Linux_W1`;
      current = take(leased(current, [worker]), worker, i, { verdict: i % 2 ? 'constants' : 'untrusted' }).unit;
    }
    expect(current.state).toBe('failed');
    expect(current.reason).toMatch(/^10 results were refused \(constants, untrusted\): w1_Linux_W1 \(1\), /);
  });
});

describe('results of a deterministic unit', () => {
  it('complete it when they agree', () => {
    const done = take(take(leased(evaluation(), [A, B]), A, 1).unit, B, 2).unit;
    expect(done).toMatchObject({ state: 'completed', canonical: 1 });
    expect(disputeOf(done)).toEqual({ suspects: [], cleared: [A, B] });
  });

  it('that differ request another replica and make both workers suspects; the majority decides', () => {
    const split = take(take(leased(evaluation(), [A, B]), A, 1).unit, B, 2, { digest: 'other' }).unit;
    expect(split).toMatchObject({ state: 'in_progress', wanted: 3 });
    expect(freeReplicas(split)).toBe(1);
    expect(disputeOf(split)).toEqual({ suspects: [A, B], cleared: [] });
    expect(fitOf(split, asker(A), RULES)).toBe('no');

    const done = take(leased(split, [C]), C, 3, { digest: 'other' }).unit;
    expect(done).toMatchObject({ state: 'completed', canonical: 2 });
    expect(verdicts(done)).toEqual(['disagrees', 'accepted', 'accepted']);
    expect(disputeOf(done)).toEqual({ suspects: [A], cleared: [B, C] });
  });

  it('that never agree fail it when no majority is possible', () => {
    let current = evaluation();
    for (const [i, worker] of [A, B, C, D, E].entries()) {
      if (!isOpen(current)) break;
      current = take(leased(current, [worker]), worker, i + 1, { digest: `answer ${i}` }).unit;
    }
    expect(current.state).toBe('failed');
    expect(current.reason).toBe('4 replicas of a deterministic unit gave 4 answers: no majority');
  });

  it.each([
    ['y', 'completed'],
    ['x', 'failed'],
  ])('two of four are no majority; a fifth that says %s leaves it %s', (last, state) => {
    let current = evaluation();
    for (const [i, digest] of ['y', 'x', 'z', 'y'].entries()) {
      const worker = [A, B, C, D][i]!;
      current = take(leased(current, [worker]), worker, i + 1, { digest }).unit;
    }
    expect(current).toMatchObject({ state: 'in_progress', wanted: 5 });
    const { unit: ended } = take(leased(current, [E]), E, 5, { digest: last });
    expect(ended.state).toBe(state);
    expect(disputeOf(ended).suspects).toEqual(state === 'completed' ? [B, C] : [A, B, C, D, E]);
  });

  it('one of three asked for that differs does not decide, nor do two', () => {
    const three = leased(evaluation({ replicas: 3 }), [A, B, C]);
    const votes = take(take(take(three, A, 1).unit, B, 2).unit, C, 3, { digest: 'x' }).unit;
    expect(votes).toMatchObject({ state: 'in_progress', wanted: 4 });
    expect(take(leased(votes, [D]), D, 4).unit).toMatchObject({ state: 'completed' });
  });
});

describe('the results of a quarantined worker', () => {
  it('no longer count, once, and its replicas are open again', () => {
    const done = take(take(leased(unit(), [A, B]), A, 1).unit, B, 2).unit;
    const withdrawn = withdraw(done, A, 'quarantined', RULES, T0 + 5 * MINUTE);
    expect(withdrawn).toMatchObject({ state: 'in_progress', canonical: null, endedAt: null, wanted: 2 });
    expect(verdicts(withdrawn)).toEqual(['quarantined', 'accepted']);
    expect(freeReplicas(withdrawn)).toBe(1);
    expect(withdraw(withdrawn, A, 'quarantined', RULES, T0 + 6 * MINUTE)).toBe(withdrawn);
    expect(leaseTo(withdrawn, asker(C), RULES, T0).leases.at(-1)?.replica).toBe(1);
  });

  it('also lose their running leases', () => {
    const held = withdraw(leased(unit(), [A]), A, 'quarantined', RULES, T0);
    expect(held.state).toBe('pending');
    expect(held.leases[0]?.state).toBe('revoked');
    expect(take(held, A, 1, { verdict: 'quarantined' })).toMatchObject({ verdict: 'quarantined' });
  });

  it('can end a majority', () => {
    const split = take(take(leased(evaluation(), [A, B]), A, 1).unit, B, 2, { digest: 'x' }).unit;
    const done = take(leased(split, [C]), C, 3).unit;
    expect(done.state).toBe('completed');
    const reopened = withdraw(done, C, 'quarantined', RULES, T0 + 5 * MINUTE);
    expect(reopened).toMatchObject({ state: 'in_progress', wanted: 3 });
    expect(verdicts(reopened)).toEqual(['accepted', 'accepted', 'quarantined']);
    expect(disputeOf(reopened).suspects).toEqual([A, B]);
  });

  it('leave a failed or cancelled unit unchanged', () => {
    const cancelled = cancel(take(leased(unit(), [A]), A, 1).unit, 'why', T0);
    expect(withdraw(cancelled, A, 'quarantined', RULES, T0)).toMatchObject({ state: 'cancelled', reason: 'why' });
  });
});

describe('for any sequence of events', () => {
  const workers = [A, B, C, D, E, 'f_Linux_W1', 'f_Linux_W2'];
  const event = fc.oneof(
    fc.record({ do: fc.constant('ask' as const), who: fc.constantFrom(...workers) }),
    fc.record({
      do: fc.constant('report' as const),
      who: fc.constantFrom(...workers),
      id: fc.integer({ min: 1, max: 40 }),
      digest: fc.constantFrom('x', 'y', 'z'),
      verdict: fc.constantFrom('accepted' as const, 'accepted' as const, 'invalid' as const, 'constants' as const),
    }),
    fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ do: fc.constant('withdraw' as const), who: fc.constantFrom(...workers) }),
  );

  it('no worker has two replicas or counts twice, and an ended unit is complete or has a reason', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('workers' as const, 'hosts' as const),
        fc.array(event, { maxLength: 60 }),
        (deterministic, replicas, distinct, events) => {
          const rules = { ...RULES, distinct };
          let current = unit({ deterministic, replicas });
          let now = T0;
          for (const step of events) {
            if (step.do === 'wait') {
              now += step.minutes * MINUTE;
              current = expireLeases(current, rules, now);
            } else if (step.do === 'ask') {
              if (fitOf(current, asker(step.who), rules) !== 'no') {
                current = leaseTo(current, asker(step.who), rules, now);
              }
            } else if (step.do === 'report') {
              const { who, do: _, ...given } = step;
              const before = votesOf(current).length;
              current = receive(current, arrival(who, given.id, given), rules, now).unit;
              expect(votesOf(current).length - before).toBeLessThanOrEqual(1);
            } else {
              current = withdraw(current, step.who, 'quarantined', rules, now);
            }
            const parts = [...runningOf(current), ...votesOf(current)];
            expect(new Set(parts.map(({ workerId }) => workerId)).size).toBe(parts.length);
            expect(new Set(votesOf(current).map(({ result }) => result.id)).size).toBeLessThanOrEqual(40);
            const taken = runningOf(current).map(({ replica }) => replica);
            expect(new Set(taken).size).toBe(taken.length);
            expect(current.leases.map(({ seq }) => seq)).toEqual(current.leases.map((_, i) => i + 1));
            const accepted = votesOf(current).filter(({ result }) => result.verdict === 'accepted');
            if (current.state === 'completed') expect(accepted.length).toBeGreaterThanOrEqual(replicas);
            if (current.state === 'failed') expect(current.reason).not.toBe('');
            if (isOpen(current)) {
              const isFree = freeReplicas(current) > 0;
              expect(isFree || runningOf(current).length > 0).toBe(true);
              expect(current.state === 'pending').toBe(parts.length === 0);
            } else {
              expect(current.endedAt).not.toBeNull();
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ask,
  CLOSED,
  failed,
  isPassable,
  succeeded,
  type CircuitBreaker,
} from '../../../src/adapters/coordinator-client/circuit-breaker.ts';

const RULES = { threshold: 3, openMs: 1000 };

const events = fc.array(
  fc.record({ wait: fc.integer({ min: 0, max: 1500 }), outcome: fc.constantFrom('success', 'failure', 'none') }),
  { maxLength: 60 },
);

describe('circuit breaker', () => {
  it('opens at the threshold, allows one request after openMs, and closes on a success', () => {
    let breaker: CircuitBreaker = CLOSED;
    for (let i = 0; i < 3; i += 1) breaker = failed(breaker, RULES, 10);
    expect(breaker).toEqual({ state: 'open', failures: 3, since: 10 });
    expect(ask(breaker, RULES, 1009).allowed).toBe(false);
    const trial = ask(breaker, RULES, 1010);
    expect(trial).toEqual({ allowed: true, breaker: { state: 'half-open', failures: 3, since: 1010 } });
    expect(ask(trial.breaker, RULES, 1500).allowed).toBe(false);
    expect(succeeded(trial.breaker)).toEqual(CLOSED);
    expect(failed(trial.breaker, RULES, 1600)).toEqual({ state: 'open', failures: 4, since: 1600 });
    expect(ask(trial.breaker, RULES, 2010).allowed).toBe(true);
  });

  it('for any history: refuses only within openMs of a failure or a trial', () => {
    fc.assert(
      fc.property(events, (history) => {
        let breaker: CircuitBreaker = CLOSED;
        let now = 0;
        let inRow = 0;
        for (const { wait, outcome } of history) {
          now += wait;
          const passable = isPassable(breaker, RULES, now);
          const asked = ask(breaker, RULES, now);
          expect(asked.allowed).toBe(passable);
          if (asked.allowed) {
            breaker = asked.breaker;
            if (outcome === 'success') {
              breaker = succeeded(breaker);
              inRow = 0;
              expect(breaker).toEqual(CLOSED);
            } else if (outcome === 'failure') {
              breaker = failed(breaker, RULES, now);
              inRow += 1;
            }
          } else {
            expect(inRow).toBeGreaterThanOrEqual(RULES.threshold);
            expect(now - breaker.since).toBeLessThan(RULES.openMs);
          }
          if (inRow < RULES.threshold) expect(breaker.state).not.toBe('open');
          expect(ask(breaker, RULES, now + RULES.openMs).allowed).toBe(true);
        }
      }),
    );
  });

  it('is not kept open by requests that were sent before it opened', () => {
    let breaker: CircuitBreaker = CLOSED;
    for (let i = 0; i < 3; i += 1) breaker = failed(breaker, RULES, 0);
    expect(failed(breaker, RULES, 900)).toEqual(breaker);
  });
});

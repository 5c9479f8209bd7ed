/**
 * Circuit breaker: refuses requests to a server that does not answer, so that callers with an alternative do not wait.
 *
 *   closed --failures in a row--> open --time is up--> half-open --success--> closed
 *                                  ^                       |
 *                                  +--------failure--------+
 *
 * Half-open allows one trial request and refuses all others. A trial without outcome is dropped after `openMs`.
 */
export interface CircuitBreaker {
  readonly state: 'closed' | 'open' | 'half-open';
  /** Consecutive failures; 0 when closed after a success. */
  readonly failures: number;
  /** When it opened, or when the trial request of half-open started; epoch ms. */
  readonly since: number;
}

export interface BreakerRules {
  /** Consecutive failures that open it. */
  readonly threshold: number;
  readonly openMs: number;
}

export const CLOSED: CircuitBreaker = { state: 'closed', failures: 0, since: 0 };

/** Whether a request may be sent now, and the state of the breaker after it is sent. */
export function ask(
  breaker: CircuitBreaker,
  { openMs }: BreakerRules,
  now: number,
): { readonly allowed: boolean; readonly breaker: CircuitBreaker } {
  if (breaker.state === 'closed') return { allowed: true, breaker };
  if (now - breaker.since < openMs) return { allowed: false, breaker };
  return { allowed: true, breaker: { ...breaker, state: 'half-open', since: now } };
}

export function succeeded(breaker: CircuitBreaker): CircuitBreaker {
  return breaker.state === 'closed' && breaker.failures === 0 ? breaker : CLOSED;
}

export function failed(breaker: CircuitBreaker, { threshold }: BreakerRules, now: number): CircuitBreaker {
  const failures = breaker.failures + 1;
  // The request was sent before the breaker opened: its failure must not extend the open period.
  if (breaker.state === 'open') return breaker;
  if (breaker.state === 'half-open' || failures >= threshold) return { state: 'open', failures, since: now };
  return { ...breaker, failures };
}

/** Whether `ask` would allow a request. Does not change the state. */
export function isPassable(breaker: CircuitBreaker, { openMs }: BreakerRules, now: number): boolean {
  return breaker.state === 'closed' || now - breaker.since >= openMs;
}

/**
 * Keeps requests away from a server that does not answer, so that those who can do without it need not wait for it.
 *
 *   closed --failures in a row--> open --time is up--> half-open --success--> closed
 *                                  ^                       |
 *                                  +--------failure--------+
 *
 * Half-open lets one request through; whoever else asks meanwhile is refused. A trial that never reports back is
 * forgotten after `openMs`.
 */
export interface CircuitBreaker {
  readonly state: 'closed' | 'open' | 'half-open';
  /** In a row; 0 when closed after a success. */
  readonly failures: number;
  /** When it opened, or when the trial of half-open began; epoch ms. */
  readonly since: number;
}

export interface BreakerRules {
  /** Failures in a row that open it. */
  readonly threshold: number;
  readonly openMs: number;
}

export const CLOSED: CircuitBreaker = { state: 'closed', failures: 0, since: 0 };

/** Whether a request may be sent now, and the breaker as it is once it was. */
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
  // One that was sent before it opened changes nothing: it says nothing new, and must not keep it open for longer.
  if (breaker.state === 'open') return breaker;
  if (breaker.state === 'half-open' || failures >= threshold) return { state: 'open', failures, since: now };
  return { ...breaker, failures };
}

/** Whether `ask` would allow a request, without asking. */
export function isPassable(breaker: CircuitBreaker, { openMs }: BreakerRules, now: number): boolean {
  return breaker.state === 'closed' || now - breaker.since >= openMs;
}

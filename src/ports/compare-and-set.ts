import { AppError } from '../domain/errors.ts';

/** Lost races are rare: so many in a row are a fault, not contention. */
const ATTEMPTS = 20;

/**
 * Reads, decides and saves until nobody was faster.
 * @param what is changed, for the message
 * @param attempt gives null when another version was saved meanwhile; `isFirst` may use what is remembered, later ones read
 * @throws AppError `contention`
 */
export async function compareAndSet<T>(
  what: string,
  attempt: (isFirst: boolean) => Promise<{ readonly done: T } | null>,
): Promise<T> {
  for (let n = 0; n < ATTEMPTS; n += 1) {
    const answer = await attempt(n === 0);
    if (answer !== null) return answer.done;
  }
  throw new AppError('contention', `${what} changed ${ATTEMPTS} times while it was being changed`, { retryable: true });
}

import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Compares two secrets by their digests, so that the time taken reveals neither their length nor the first difference.
 */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(a), digest(b));
}

import { hash, timingSafeEqual } from 'node:crypto';

/** Compares digests, so that the time taken reveals neither the length nor the place of the first difference. */
export function equalSecrets(a: string, b: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(a), digest(b));
}

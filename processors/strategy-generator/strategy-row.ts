import { type Strategy } from '../../src/ports/records.ts';

type Draft = Pick<Strategy, 'hash' | 'family' | 'parameters' | 'spec' | 'origin' | 'parent'>;

/** A new candidate as the store keeps it. */
export function strategyOf(draft: Draft, now: number): Strategy {
  const variant = draft.parameters['variant'];
  const name = [draft.family, ...(typeof variant === 'string' ? [variant] : []), draft.hash.slice(0, 6)].join('/');
  return { ...draft, name, state: 'candidate', stateReason: 'generated', createdAt: now, updatedAt: now };
}

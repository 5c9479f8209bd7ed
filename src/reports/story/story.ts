import { type AuditRecord } from '../../domain/audit/chain.ts';

/** One step of a story. */
export interface StoryEvent {
  /** Market time, epoch ms; of an account's history, not of the machine. */
  readonly time: number;
  readonly actor: 'analyst' | 'risk-manager' | 'trader' | 'venue' | 'strategy-generator' | 'strategy-selector';
  /** Stable kebab-case name of the step. */
  readonly step: string;
  readonly text: string;
}

/** Where the audit log proves a part of a story. */
export type StoryProof = Pick<AuditRecord, 'seq' | 'actor' | 'action' | 'subject' | 'hash'>;

export interface Story {
  readonly kind: 'order' | 'position' | 'strategy';
  readonly id: string;
  /** What became of it, in one sentence. */
  readonly outcome: string;
  /** In order of time; steps of one moment in the order of their causes. */
  readonly events: readonly StoryEvent[];
  readonly proofs: readonly StoryProof[];
}

/** Sorts by time and keeps the given order within one moment. */
export function inOrder(events: readonly StoryEvent[]): readonly StoryEvent[] {
  return [...events].sort((a, b) => a.time - b.time);
}

/** Records about any of the subjects: of its own row, or of a job whose payload or result names it. */
export function proofsOf(records: readonly AuditRecord[], subjects: ReadonlySet<string>): readonly StoryProof[] {
  return records
    .filter(({ subject, data }) => subjects.has(subject) || names(data, subjects))
    .map(({ seq, actor, action, subject, hash }) => ({ seq, actor, action, subject, hash }));
}

/** Whether a string inside plain data is one of the subjects. */
function names(value: unknown, subjects: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return subjects.has(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((part) => names(part, subjects));
}

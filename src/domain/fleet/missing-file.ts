import { workersOf } from './resolve-unit.ts';
import { isOpen, isOverdue, isVote, type Unit } from './unit.ts';

/** The fleet at the time at which a worker gave a unit back. */
export interface Round {
  /** Workers that could get the unit. */
  readonly workers: readonly string[];
  /** Some unit of the same file was completed, so that some worker has the file. */
  readonly isFileKnown: boolean;
}

/** A lone worker gets a unit twice: it may have been restarted. */
const LEAST_TRIES = 2;

/**
 * Fails a unit that every worker gave back without a result, when none ever completed a unit of its candle file: the
 * file is missing on all of them, and workers do not report that. Returns any other unit unchanged.
 */
export function failForMissingFile<U extends Unit>(unit: U, { workers, isFileKnown }: Round, now: number): U {
  const { file, leases } = unit;
  if (!isOpen(unit) || file === undefined || isFileKnown || workers.length === 0) return unit;
  if (leases.some((lease) => lease.state === 'running' || isVote(lease))) return unit;
  const abandoned = leases.filter((lease) => lease.state === 'abandoned' && isOverdue(lease));
  const tried = new Set(abandoned.map(({ workerId }) => workerId));
  if (abandoned.length < LEAST_TRIES || !workers.every((workerId) => tried.has(workerId))) return unit;
  const reason = `no worker has ${file}, as it seems: all gave the unit back without a result: ${workersOf(abandoned)}`;
  return { ...unit, state: 'failed', reason, canonical: null, endedAt: now };
}

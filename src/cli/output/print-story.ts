import { isoTime } from '../../reports/figures.ts';
import { type Story } from '../../reports/story/story.ts';
import { type CliIo } from './io.ts';

/** Prints what became of it, the steps in order of time, and where the audit log proves them. */
export function printStory(io: CliIo, { kind, id, outcome, events, proofs }: Story): void {
  io.print(`${kind} ${id}`);
  io.print(outcome);
  io.print('');
  io.table(
    events.map(({ time, actor, step, text }) => ({ 'market time': isoTime(time), actor, step, text })),
    'No steps are stored.',
  );
  io.print('');
  const seqs = proofs.map(({ seq }) => seq).join(', ');
  io.print(seqs === '' ? 'The audit log has no record of it.' : `Records of the audit log: ${seqs}.`);
}
